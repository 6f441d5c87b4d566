# Compiler settings that every target of ours shares, on one INTERFACE target: cofilter::settings.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, RelWithDebInfo or Release" FORCE)
endif()

option(COFILTER_BUILD_TESTS "Build the tests" ON)
option(COFILTER_BUILD_FUZZERS "Build the libFuzzer targets (needs clang)" OFF)
set(COFILTER_SANITIZER "" CACHE STRING "Empty, address or thread")
option(COFILTER_COVERAGE "Instrument for coverage" OFF)
# One set of -m flags for every file: Eigen's types must have one layout. Kernels past this level are
# compiled apart and chosen at run time (models/kernels).
set(COFILTER_MARCH "x86-64-v3" CACHE STRING "The oldest CPU that the binaries run on")

add_library(cofilter_settings INTERFACE)
add_library(cofilter::settings ALIAS cofilter_settings)
target_include_directories(cofilter_settings INTERFACE "${CMAKE_SOURCE_DIR}")
# -ffp-contract=off: the same expression gives the same bits wherever the compiler inlines it; kernels
# that want fused multiply-add ask for it by intrinsic.
target_compile_options(cofilter_settings INTERFACE
  -march=${COFILTER_MARCH} -ffp-contract=off -fno-omit-frame-pointer
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
target_compile_definitions(cofilter_settings INTERFACE EIGEN_DONT_PARALLELIZE EIGEN_MPL2_ONLY)

if(COFILTER_SANITIZER)
  target_compile_options(cofilter_settings INTERFACE -fsanitize=${COFILTER_SANITIZER} -g -O1)
  target_link_options(cofilter_settings INTERFACE -fsanitize=${COFILTER_SANITIZER})
endif()
if(COFILTER_COVERAGE)
  target_compile_options(cofilter_settings INTERFACE --coverage -O0)
  target_link_options(cofilter_settings INTERFACE --coverage)
endif()
if(COFILTER_BUILD_FUZZERS)
  target_compile_options(cofilter_settings INTERFACE -fsanitize=fuzzer-no-link,address,undefined -g)
  target_link_options(cofilter_settings INTERFACE -fsanitize=address,undefined)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

# cofilter_library(NAME SOURCES … PUBLIC … PRIVATE …): a static library with the alias cofilter::NAME.
function(cofilter_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(cofilter_${NAME} STATIC ${ARG_SOURCES})
  add_library(cofilter::${NAME} ALIAS cofilter_${NAME})
  target_link_libraries(cofilter_${NAME} PUBLIC cofilter::settings ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# cofilter_program(NAME SOURCES … LINK …): an executable in build/<preset>/bin.
function(cofilter_program NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE cofilter::settings ${ARG_LINK})
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
endfunction()

# cofilter_proto_library(NAME PROTO…): messages and gRPC stubs of files below this folder, which is the root of
# their imports. Generated code is not ours to warn about, but shares the one set of -m flags.
function(cofilter_proto_library NAME)
  add_library(${NAME} STATIC ${ARGN})
  target_compile_options(${NAME} PRIVATE -march=${COFILTER_MARCH} -fno-omit-frame-pointer)
  if(COFILTER_SANITIZER)
    target_compile_options(${NAME} PRIVATE -fsanitize=${COFILTER_SANITIZER} -g -O1)
  endif()
  target_include_directories(${NAME} SYSTEM PUBLIC "${CMAKE_CURRENT_BINARY_DIR}")
  target_link_libraries(${NAME} PUBLIC gRPC::grpc++ protobuf::libprotobuf)
  protobuf_generate(TARGET ${NAME} LANGUAGE cpp IMPORT_DIRS "${CMAKE_CURRENT_SOURCE_DIR}")
  protobuf_generate(TARGET ${NAME} LANGUAGE grpc IMPORT_DIRS "${CMAKE_CURRENT_SOURCE_DIR}"
    GENERATE_EXTENSIONS .grpc.pb.h .grpc.pb.cc
    PLUGIN "protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>")
endfunction()
