// The list of all benchmarks. A new one is a file, a declaration and a line here.
#include "bench/benchmark.h"

namespace cofilter::bench {
namespace {

constexpr Benchmark kBenchmarks[] = {
    {"quality",
     "accuracy of every set and the dial's front beside other methods, with intervals and pictures",
     RunQuality},
    {"served-quality",
     "recall, NDCG, tail and coverage of the lists that the server gives, per set",
     RunServedQuality},
    {"learning",
     "next courses: recall and NDCG where order or time is known, and what each part bought",
     RunLearning},
    {"cold", "new items by their topics; members after 1 to 10 events outside the training",
     RunCold},
    {"retrieval", "share of the exact top 20 among the candidates, at every notch of the dial",
     RunRetrieval},
    {"train", "time and memory from a log to an artifact; equal bytes on 1 and 2 threads",
     RunTrain},
    {"latency", "RecommendItems one call at a time, beside a bare gRPC server", RunLatency},
    {"doors", "what tokens and TLS add to RecommendItems", RunDoors},
    {"engine", "from a decoded request to a ranked list inside the server, without gRPC",
     RunEngine},
    {"reaction", "scores right after RecordEvents against an exact fold-in", RunReaction},
    {"news", "a news log replayed: shown candidates in order, and lists out of everything",
     RunNews},
    {"diversity", "what the re-ranker costs in accuracy and buys in variety, at several strengths",
     RunDiversity},
    {"surfaces",
     "whether reading helps learning and the other way round; courses beside 50 times the news",
     RunSurfaces},
    {"crash", "kill -9 during ingest: acknowledged events lost or counted twice", RunCrash},
};

}  // namespace

std::span<const Benchmark> Benchmarks() { return kBenchmarks; }

const Benchmark* FindBenchmark(std::string_view name) {
  for (const Benchmark& benchmark : kBenchmarks) {
    if (benchmark.name == name) return &benchmark;
  }
  return nullptr;
}

}  // namespace cofilter::bench
