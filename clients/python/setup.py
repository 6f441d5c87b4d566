"""Makes the stubs of ../../proto, and takes the retry policy that all clients share, when the package is built."""

import pathlib
import shutil

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class BuildWithStubs(build_py):
    def run(self):
        super().run()
        from grpc_tools import protoc  # a requirement of the build, not of the package

        target = pathlib.Path(self.build_lib)
        protos = sorted(str(path.relative_to(ROOT / "proto")) for path in (ROOT / "proto/cofilter").rglob("*.proto"))
        if not protos:
            raise SystemExit(f"setup.py: there are no .proto files in {ROOT / 'proto'}; right: build in a clone of the repository")
        well_known = pathlib.Path(protoc.__file__).parent / "_proto"
        arguments = [f"-I{ROOT / 'proto'}", f"-I{well_known}", f"--python_out={target}", f"--pyi_out={target}", f"--grpc_python_out={target}"]
        if protoc.main(["protoc", *arguments, *protos]) != 0:
            raise SystemExit("setup.py: protoc failed; see above")
        shutil.copy(ROOT / "clients/service_config.json", target / "cofilter/service_config.json")
        (target / "cofilter/py.typed").touch()


setup(cmdclass={"build_py": BuildWithStubs})
