"""The contract's messages and values under one name: v1.Event, v1.VERB_READ. Made of proto/cofilter/v1."""

# ruff: noqa: F403
from cofilter.v1.catalogue_service_pb2 import *
from cofilter.v1.event_service_pb2 import *
from cofilter.v1.member_service_pb2 import *
from cofilter.v1.model_service_pb2 import *
from cofilter.v1.recommendation_service_pb2 import *
from cofilter.v1.review_service_pb2 import *
from cofilter.v1.types_pb2 import *
