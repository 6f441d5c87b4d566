// The sources keep to the folders' directions; and the check itself can fail.
#include "tests/architecture/include_rules.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cofilter::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(IncludeRulesTest, SourcesKeepTheDirection) {
  namespace fs = std::filesystem;
  std::size_t files = 0;
  std::vector<std::string> violations;
  const fs::path root = COFILTER_SOURCE_DIR;
  for (const char* folder : {"runtime", "data", "models", "training", "service", "cli", "bench"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      ++files;
      std::ifstream in(entry.path());
      std::ostringstream content;
      content << in.rdbuf();
      for (const std::string& violation :
           Violations(fs::relative(entry.path(), root).generic_string(), content.str()))
        violations.push_back(violation);
    }
  }
  EXPECT_GT(files, 50u);
  EXPECT_THAT(violations, IsEmpty());
}

TEST(IncludeRulesTest, SourcesBeginWithWhatTheyAreFor) {
  namespace fs = std::filesystem;
  const fs::path root = COFILTER_SOURCE_DIR;
  std::vector<std::string> without;
  for (const char* folder : {"runtime", "data", "models", "training", "service", "cli", "bench"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      std::ifstream in(entry.path());
      std::string first;
      std::getline(in, first);
      if (first.rfind("// ", 0) != 0) without.push_back(entry.path().string());
    }
  }
  EXPECT_THAT(without, IsEmpty());
}

TEST(IncludeRulesTest, FindsAnIncludeThatRunsTheOtherWay) {
  EXPECT_THAT(Violations("data/a.cc", "#include \"models/model.h\"\n"),
              ElementsAre(HasSubstr("models/model.h")));
  EXPECT_THAT(Violations("training/a.cc", "#include \"service/request_context.h\"\n"),
              ElementsAre(HasSubstr("service/request_context.h")));
  EXPECT_THAT(Violations("service/rpc/a.cc", "#include \"training/trainer.h\"\n"),
              ElementsAre(HasSubstr("training/trainer.h")));
  EXPECT_THAT(Violations("service/store/a.cc", "#include \"service/rpc/server.h\"\n"),
              ElementsAre(HasSubstr("layers")));
}

TEST(IncludeRulesTest, FindsALibraryInTheWrongFolder) {
  EXPECT_THAT(Violations("models/a.cc", "#include <grpcpp/grpcpp.h>\n"),
              ElementsAre(HasSubstr("must not know grpcpp")));
  EXPECT_THAT(Violations("service/recommend/a.cc", "#include <sqlite3.h>\n"),
              ElementsAre(HasSubstr("must not know sqlite3")));
}

TEST(IncludeRulesTest, FindsANameThatSaysNothing) {
  EXPECT_THAT(Violations("data/string_util.h", ""), ElementsAre(HasSubstr("string_util.h")));
  EXPECT_THAT(Violations("data/common/a.h", ""), ElementsAre(HasSubstr("common")));
}

TEST(IncludeRulesTest, AllowsTheRightWay) {
  EXPECT_THAT(Violations("service/rpc/a.cc",
                         "#include <grpcpp/grpcpp.h>\n#include \"service/store/store.h\"\n"),
              IsEmpty());
  EXPECT_THAT(Violations("models/a.cc", "#include <faiss/Index.h>\n#include \"data/item.h\"\n"),
              IsEmpty());
}

}  // namespace
}  // namespace cofilter::architecture
