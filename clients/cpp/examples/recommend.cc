// A list for a member.
#include <cstdlib>
#include <iostream>

#include "cofilter/client.h"

int main() {
  std::unique_ptr<cofilter::client::Client> client;
  grpc::Status status = cofilter::client::Client::Open(
      {std::getenv("COFILTER_ADDRESS"),
       cofilter::client::FileToken(std::getenv("COFILTER_TOKEN_FILE"))},
      &client);
  cofilter::v1::RecommendItemsRequest ask;
  cofilter::v1::RecommendItemsResponse list;
  ask.set_member_id(std::getenv("COFILTER_MEMBER"));
  ask.set_surface("news");
  ask.set_count(3);
  using Stub = cofilter::v1::RecommendationService::Stub;
  if (status.ok()) status = client->Call(&Stub::RecommendItems, ask, &list);
  if (!status.ok()) std::cerr << status.error_message() << "\n";
  for (const auto& item : list.recommendation().items()) std::cout << item.item_id() << "\n";
  return status.ok() ? 0 : 1;
}
