"""Client of Cofilter. `Client` opens a connection; `EventBatcher` sends events so that none is lost; `v1` is the contract."""

from cofilter import v1
from cofilter.client import Client
from cofilter.events import EventBatcher, QueueFullError
from cofilter.spool import SpoolError
from cofilter.token import token_file

__all__ = ["Client", "EventBatcher", "QueueFullError", "SpoolError", "token_file", "v1"]
