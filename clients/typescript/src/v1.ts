// The contract's messages, values and services under one name. Made of proto/cofilter/v1.
export * from "./generated/cofilter/v1/catalogue_service_pb.js";
export * from "./generated/cofilter/v1/event_service_pb.js";
export * from "./generated/cofilter/v1/member_service_pb.js";
export * from "./generated/cofilter/v1/model_service_pb.js";
export * from "./generated/cofilter/v1/recommendation_service_pb.js";
export * from "./generated/cofilter/v1/review_service_pb.js";
export * from "./generated/cofilter/v1/types_pb.js";
