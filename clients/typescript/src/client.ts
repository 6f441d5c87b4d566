// A client for each service of the contract, over one transport.
import { createClient, type Client as ServiceClient, type Transport } from "@connectrpc/connect";
import { CatalogueService, EventService, MemberService, ModelService, RecommendationService, ReviewService } from "./v1.js";

export interface Services {
  readonly recommendations: ServiceClient<typeof RecommendationService>;
  readonly events: ServiceClient<typeof EventService>;
  readonly catalogue: ServiceClient<typeof CatalogueService>;
  readonly members: ServiceClient<typeof MemberService>;
  readonly models: ServiceClient<typeof ModelService>;
  readonly reviews: ServiceClient<typeof ReviewService>;
}

export function servicesOf(transport: Transport): Services {
  return {
    recommendations: createClient(RecommendationService, transport),
    events: createClient(EventService, transport),
    catalogue: createClient(CatalogueService, transport),
    members: createClient(MemberService, transport),
    models: createClient(ModelService, transport),
    reviews: createClient(ReviewService, transport),
  };
}
