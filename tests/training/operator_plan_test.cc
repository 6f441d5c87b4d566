// Configuration, parameter files, flags and the data that they lead to.
#include "training/operator_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "runtime/files.h"
#include "training/setting_entries.h"
#include "training/training_data.h"

namespace cofilter::training {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OperatorPlanTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = runtime::TemporaryDirectory::Create();
    ASSERT_TRUE(made.ok()) << made.status();
    directory_.emplace(*std::move(made));
  }
  std::string Write(const std::string& name, const std::string& content) {
    const std::string path = directory_->path() + "/" + name;
    EXPECT_TRUE(runtime::WriteFileDurably(path, content).ok());
    return path;
  }
  std::string PlanError(const std::string& toml) {
    const auto plans = ReadPlans(Write("wrong.toml", toml));
    EXPECT_EQ(plans.status().code(), absl::StatusCode::kInvalidArgument) << toml;
    return std::string(plans.status().message());
  }

 private:
  std::optional<runtime::TemporaryDirectory> directory_;
};

TEST_F(OperatorPlanTest, ReadsOperators) {
  const auto plans = ReadPlans(Write("c.toml", R"(
[operators.news]
kinds = ["news", "article"]
weights = {read = 1.0, open = 0.25}
lists = "local"
p = 0.8
rank = 32
search = false
[operators.learning]
kinds = ["course"]
)"));
  ASSERT_TRUE(plans.ok()) << plans.status();
  ASSERT_EQ(plans->size(), 2u);
  const OperatorPlan& learning = (*plans)[0];
  EXPECT_EQ(learning.settings.name, "learning");
  EXPECT_EQ(learning.weights, data::VerbWeights::Learning());
  const OperatorPlan& news = (*plans)[1];
  EXPECT_THAT(news.kinds, ElementsAre(data::ItemKind::kNews, data::ItemKind::kArticle));
  EXPECT_EQ(news.weights.of(data::Verb::kOpen), 0.25f);
  EXPECT_EQ(news.weights.of(data::Verb::kLike), 0.0f);  // a verb left out says nothing
  EXPECT_EQ(news.settings.given.p, 0.8);
  EXPECT_EQ(news.settings.rank, 32u);
  EXPECT_FALSE(news.settings.search);
}

TEST_F(OperatorPlanTest, TakesOperatorsFromTheServersSurfaces) {
  const auto plans = ReadPlans(Write("server.toml", R"(
organisation = "default"
[server]
listen = "127.0.0.1:0"
[surfaces.front]
kinds = ["news"]
operator = "reading"
weights = {read = 1.0}
[surfaces.side]
kinds = ["article"]
operator = "reading"
weights = {read = 0.5, like = 0.75}
[surfaces.learning]
kinds = ["course"]
[operators.learning]
neighbours = 99
)"));
  ASSERT_TRUE(plans.ok()) << plans.status();
  ASSERT_EQ(plans->size(), 2u);
  EXPECT_EQ((*plans)[0].settings.name, "learning");
  EXPECT_EQ((*plans)[0].settings.neighbours, 99u);
  EXPECT_THAT((*plans)[0].kinds, ElementsAre(data::ItemKind::kCourse));
  EXPECT_EQ((*plans)[1].settings.name, "reading");
  EXPECT_THAT((*plans)[1].kinds, ElementsAre(data::ItemKind::kNews, data::ItemKind::kArticle));
  EXPECT_EQ((*plans)[1].weights.of(data::Verb::kRead), 1.0f);
  EXPECT_EQ((*plans)[1].weights.of(data::Verb::kLike), 0.75f);
}

TEST_F(OperatorPlanTest, DefaultSurfacesWhereTheFileNamesNone) {
  const auto plans = ReadPlans(Write("server.toml", "time_zone = \"UTC\"\n"));
  ASSERT_TRUE(plans.ok());
  ASSERT_EQ(plans->size(), 2u);
  EXPECT_EQ((*plans)[0].settings.name, "learning");
  EXPECT_EQ((*plans)[1].settings.name, "news");
}

TEST_F(OperatorPlanTest, NamesTheEntryThatIsWrong) {
  EXPECT_THAT(
      PlanError("[operators.news]\nranck = 3\n"),
      testing::AllOf(HasSubstr("wrong.toml:2"), HasSubstr("operators.news.ranck is no setting")));
  EXPECT_THAT(PlanError("[operators.news]\nrank = \"many\"\n"),
              HasSubstr("operators.news.rank is \"many\"; right: a whole number"));
  EXPECT_THAT(PlanError("[operators.news]\nrank = 2.5\n"),
              HasSubstr("rank is 2.5; right: a whole number"));
  EXPECT_THAT(PlanError("[operators.news]\np = 3\n"),
              HasSubstr("operators.news.p is 3; right: -2 to 2"));
  EXPECT_THAT(PlanError("[operators.news]\nlists = \"global\"\n"),
              HasSubstr("right: local or ridge"));
  EXPECT_THAT(PlanError("[operators.news]\nkinds = [\"news\", \"poem\"]\n"),
              testing::AllOf(HasSubstr("poem"), HasSubstr("activity")));
  EXPECT_THAT(PlanError("[operators.news]\nweights = {chew = 1}\n"),
              HasSubstr("operators.news.weights.chew"));
  EXPECT_THAT(PlanError("[operators.news]\nweights = {read = 2}\n"),
              HasSubstr("operators.news.weights"));
  EXPECT_THAT(PlanError("[operators.\"No Name\"]\n"), HasSubstr("operators.No Name"));
  EXPECT_THAT(PlanError("operators = 3\n"), HasSubstr("operators is 3"));
  EXPECT_THAT(PlanError("[operators.news\n"), HasSubstr("wrong.toml"));
  EXPECT_EQ(ReadPlans("/no/such/file.toml").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(OperatorPlanTest, ParameterFileAndFlagsComeOnTop) {
  std::vector<OperatorPlan> plans = DefaultPlans();
  ASSERT_TRUE(
      ApplyParameterFile(Write("p.toml", "p = 0.5\nq = 0.2\nlists = \"ridge\"\n"), &plans).ok());
  ASSERT_TRUE(ApplyFlags({{"q", "-0.1"}, {"lambda_is_relative", "true"}}, &plans).ok());
  EXPECT_EQ(plans[0].settings.given.p, 0.5);
  EXPECT_EQ(plans[0].settings.given.q, -0.1);
  EXPECT_EQ(plans[0].settings.ridge.lambda_is_relative, true);
  EXPECT_THAT(std::string(ApplyFlags({{"q", "x"}}, &plans).message()),
              HasSubstr("--q is \"x\"; right: a number"));
  EXPECT_THAT(std::string(ApplyFlags({{"neighbours", "0"}}, &plans).message()),
              HasSubstr("neighbours is 0; right: 1 to 10000"));
}

TEST_F(OperatorPlanTest, TakesParametersFromAReport) {
  std::vector<OperatorPlan> plans = DefaultPlans();
  ASSERT_TRUE(ApplyParameterFile(Write("1.report.json", R"({"operators":[{"name":"all",
      "settings":{"rank":16,"search":true},
      "parameters":{"p":0.35,"lists":"local","dial_shape":"0 0 0 .1 .2 .3 .4 .5 .6 .8 1"},
      "dial":{"recall":[0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.18],
              "ndcg":[0,0,0,0,0,0,0,0,0,0,0],"tail_recall":[0,0,0,0,0,0,0,0,0,0,0.1],
              "coverage":[0,0,0,0,0,0,0,0,0,0,0.5]}}]})"),
                                 &plans)
                  .ok());
  EXPECT_EQ(plans[0].settings.rank, 16u);
  EXPECT_EQ(plans[0].settings.given.p, 0.35);
  EXPECT_EQ(plans[0].settings.given.lists, models::ListKind::kLocal);
  EXPECT_EQ(plans[0].settings.given.dial_shape->at(3), 0.1);
  ASSERT_TRUE(plans[0].settings.given.dial_effects.has_value());
  EXPECT_NEAR(plans[0].settings.given.dial_effects->Cost(10), 0.1, 1e-12);
  EXPECT_EQ(plans[0].settings.given.dial_effects->Cost(9), 0);
  EXPECT_THAT(std::string(ApplyParameterFile(Write("4.report.json", R"({"operators":[{"name":"all",
      "settings":{},"parameters":{},"dial":{"recall":[0.2]}}]})"),
                                             &plans)
                              .message()),
              HasSubstr("dial.recall is [0.2]; right: 11 numbers"));
  plans[0].settings.name = "other";
  EXPECT_EQ(ApplyParameterFile(Write("2.report.json", R"({"operators":[]})"), &plans).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ApplyParameterFile(Write("3.json", "[1]"), &plans).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(OperatorPlanTest, EverySettingSurvivesTheWayThroughAReport) {
  TrainingSettings settings;
  settings.given.lists = models::ListKind::kRidge;
  settings.given.p = 0.25;
  settings.given.dial_q = 0.75;
  settings.given.dial_shape = EvenDialShape();
  settings.dial_cost = 0.07;
  settings.rank = 17;
  settings.ridge.lambda = 3.5;
  settings.ridge.neighbours = 321;
  settings.profile = Profile::kThorough;
  TrainingSettings back;
  const nlohmann::json json = SettingsJson(settings);
  for (const auto& [name, value] : json.items()) {
    const SettingValue plain = value.is_boolean()  ? SettingValue(value.get<bool>())
                               : value.is_number() ? SettingValue(value.get<double>())
                                                   : SettingValue(value.get<std::string>());
    ASSERT_TRUE(ApplySetting("", name, plain, &back).ok()) << name;
  }
  EXPECT_EQ(SettingsJson(back), SettingsJson(settings));
}

TEST_F(OperatorPlanTest, KeepsOneOperator) {
  std::vector<OperatorPlan> plans = *ReadPlans(Write("c.toml", "[operators.a]\n[operators.b]\n"));
  ASSERT_TRUE(KeepPlan("b", true, &plans).ok());
  ASSERT_EQ(plans.size(), 1u);
  EXPECT_THAT(std::string(KeepPlan("c", true, &plans).message()), HasSubstr("right: one of b"));
  plans = DefaultPlans();
  ASSERT_TRUE(KeepPlan("mine", false, &plans).ok());
  EXPECT_EQ(plans[0].settings.name, "mine");
}

constexpr char kEvents[] =
    R"({"event_id":"1","member_id":"ann","item_id":"n1","verb":"read","occurred_at":"2026-11-01T08:00:00Z"}
{"event_id":"2","member_id":"ann","item_id":"c1","verb":"complete","occurred_at":"2026-11-02T08:00:00Z"}
{"event_id":"3","member_id":"bob","item_id":"n1","verb":"read","occurred_at":"2026-11-03T08:00:00Z"}
)";

TEST_F(OperatorPlanTest, ReadsADatasetForEachOperator) {
  DataOptions options;
  options.quiet = true;
  options.events = Write("events.jsonl", kEvents);
  options.items = Write("items.jsonl",
                        "{\"item_id\":\"n1\",\"kind\":\"news\",\"title\":\"News\"}\n{\"item_id\":"
                        "\"c1\",\"kind\":\"course\",\"title\":\"Course\"}\n");
  const auto plans = ReadPlans(Write("c.toml", ""));
  const auto data = ReadTrainingData(options, *plans);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_THAT(data->datasets[0].item_ids, ElementsAre("c1"));
  EXPECT_THAT(data->datasets[1].item_ids, ElementsAre("n1"));
  EXPECT_EQ(data->datasets[1].members(), 2u);
  EXPECT_EQ(data->report.records, 3u);
  options.items.clear();
  EXPECT_THAT(std::string(ReadTrainingData(options, *plans).status().message()),
              HasSubstr("--items"));
}

TEST_F(OperatorPlanTest, NamesTheDataOptionThatIsWrong) {
  DataOptions options;
  options.quiet = true;
  options.events = Write("e.txt", "0 1 2\n");
  options.format = "xml";
  EXPECT_THAT(std::string(ReadTrainingData(options, DefaultPlans()).status().message()),
              HasSubstr("--format is \"xml\""));
  options.format = "list";
  options.order = "backwards";
  EXPECT_THAT(std::string(ReadTrainingData(options, DefaultPlans()).status().message()),
              HasSubstr("--order is \"backwards\""));
  options.order = "time";
  EXPECT_THAT(std::string(ReadTrainingData(options, DefaultPlans()).status().message()),
              HasSubstr("none or sequence"));
  EXPECT_THAT(std::string(SplitBy("random", 0.2, 1, data::Dataset()).status().message()),
              HasSubstr("--split is \"random\""));
}

}  // namespace
}  // namespace cofilter::training
