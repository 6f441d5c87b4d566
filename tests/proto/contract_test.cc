// The contract's own rules: every element explained, names and numbers as the style asks, calls
// marked rightly.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::OneofDescriptor;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;
using testing::AnyOf;
using testing::StartsWith;

class ContractTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream in(COFILTER_DESCRIPTORS, std::ios::binary);
    google::protobuf::FileDescriptorSet set;
    ASSERT_TRUE(set.ParseFromIstream(&in)) << COFILTER_DESCRIPTORS;
    for (const auto& file : set.file()) {
      const FileDescriptor* const built = pool_.BuildFile(file);
      ASSERT_NE(built, nullptr) << file.name();
      if (built->package() == "cofilter.v1") files_.push_back(built);
    }
    ASSERT_EQ(files_.size(), 7u);
  }

  template <class Element>
  static std::string CommentOf(const Element& element) {
    SourceLocation location;
    if (!element.GetSourceLocation(&location)) return "";
    const std::size_t start = location.leading_comments.find_first_not_of(" \n");
    return start == std::string::npos ? "" : location.leading_comments.substr(start);
  }

  void ForEachMessage(const std::function<void(const Descriptor&)>& each) const {
    const std::function<void(const Descriptor&)> walk = [&](const Descriptor& message) {
      each(message);
      for (int i = 0; i < message.nested_type_count(); ++i) walk(*message.nested_type(i));
    };
    for (const FileDescriptor* file : files_) {
      for (int i = 0; i < file->message_type_count(); ++i) walk(*file->message_type(i));
    }
  }

  void ForEachEnum(const std::function<void(const EnumDescriptor&)>& each) const {
    for (const FileDescriptor* file : files_) {
      for (int i = 0; i < file->enum_type_count(); ++i) each(*file->enum_type(i));
    }
    ForEachMessage([&](const Descriptor& message) {
      for (int i = 0; i < message.enum_type_count(); ++i) each(*message.enum_type(i));
    });
  }

  void ForEachMethod(const std::function<void(const MethodDescriptor&)>& each) const {
    for (const FileDescriptor* file : files_) {
      for (int i = 0; i < file->service_count(); ++i) {
        for (int j = 0; j < file->service(i)->method_count(); ++j)
          each(*file->service(i)->method(j));
      }
    }
  }

  DescriptorPool pool_;
  std::vector<const FileDescriptor*> files_;
};

// A field of this name or below names a member.
bool CarriesMemberId(const Descriptor& message, std::set<const Descriptor*>* seen) {
  if (!seen->insert(&message).second) return false;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.name() == "member_id" || field.name() == "member_ids") return true;
    if (field.message_type() != nullptr && CarriesMemberId(*field.message_type(), seen))
      return true;
  }
  return false;
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string UpperSnake(const std::string& camel) {
  std::string out;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z' && !out.empty()) out += '_';
    out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return out;
}

TEST_F(ContractTest, EveryElementHasAComment) {
  ForEachMessage([](const Descriptor& message) {
    EXPECT_FALSE(CommentOf(message).empty()) << message.full_name();
    for (int i = 0; i < message.real_oneof_decl_count(); ++i) {
      EXPECT_FALSE(CommentOf(*message.oneof_decl(i)).empty()) << message.oneof_decl(i)->full_name();
    }
  });
  ForEachEnum([](const EnumDescriptor& type) {
    EXPECT_FALSE(CommentOf(type).empty()) << type.full_name();
    for (int i = 0; i < type.value_count(); ++i) {
      EXPECT_FALSE(CommentOf(*type.value(i)).empty()) << type.value(i)->full_name();
    }
  });
  ForEachMethod([](const MethodDescriptor& method) {
    EXPECT_FALSE(CommentOf(method).empty()) << method.full_name();
    EXPECT_FALSE(CommentOf(*method.service()).empty()) << method.service()->full_name();
  });
}

TEST_F(ContractTest, EveryFieldSaysWhetherItIsRequired) {
  ForEachMessage([](const Descriptor& message) {
    for (int i = 0; i < message.field_count(); ++i) {
      EXPECT_THAT(
          CommentOf(*message.field(i)),
          AnyOf(StartsWith("Required. "), StartsWith("Optional. "), StartsWith("Output only. ")))
          << message.field(i)->full_name();
    }
  });
}

TEST_F(ContractTest, CommentsEndAsSentences) {
  ForEachMessage([](const Descriptor& message) {
    for (int i = 0; i < message.field_count(); ++i) {
      std::string comment = CommentOf(*message.field(i));
      while (!comment.empty() && (comment.back() == '\n' || comment.back() == ' '))
        comment.pop_back();
      EXPECT_TRUE(EndsWith(comment, ".")) << message.field(i)->full_name() << ": " << comment;
    }
  });
}

TEST_F(ContractTest, OptionalRequestFieldsSayTheirDefault) {
  ForEachMessage([](const Descriptor& message) {
    if (!EndsWith(message.name(), "Request")) return;
    for (int i = 0; i < message.field_count(); ++i) {
      const std::string comment = CommentOf(*message.field(i));
      if (comment.rfind("Optional. ", 0) != 0) continue;
      const bool says = comment.find("Default") != std::string::npos ||
                        comment.find("as in ") != std::string::npos ||
                        comment.find("For all ") != std::string::npos ||
                        comment.find("For whom") != std::string::npos ||
                        comment.find("member") != std::string::npos ||
                        comment.find("Required by") != std::string::npos;
      EXPECT_TRUE(says) << message.field(i)->full_name();
    }
  });
}

TEST_F(ContractTest, AnswersAreOutputOnly) {
  ForEachMessage([](const Descriptor& message) {
    if (!EndsWith(message.name(), "Response")) return;
    for (int i = 0; i < message.field_count(); ++i) {
      EXPECT_THAT(CommentOf(*message.field(i)), StartsWith("Output only. "))
          << message.field(i)->full_name();
    }
  });
}

TEST_F(ContractTest, MethodsThatCanFailSayHow) {
  ForEachMethod([](const MethodDescriptor& method) {
    EXPECT_NE(CommentOf(method).find("Errors:"), std::string::npos) << method.full_name();
  });
}

TEST_F(ContractTest, EnumsBeginWithUnspecifiedAndCarryTheirName) {
  int enums = 0;
  ForEachEnum([&](const EnumDescriptor& type) {
    ++enums;
    const std::string prefix = UpperSnake(type.name()) + "_";
    ASSERT_EQ(type.value(0)->number(), 0) << type.full_name();
    EXPECT_EQ(type.value(0)->name(), prefix + "UNSPECIFIED");
    for (int i = 0; i < type.value_count(); ++i) {
      EXPECT_THAT(type.value(i)->name(), StartsWith(prefix));
      EXPECT_EQ(type.value(i)->number(), i) << type.value(i)->full_name();
    }
  });
  EXPECT_GE(enums, 8);
}

TEST_F(ContractTest, NamesFollowTheStyle) {
  const std::regex camel("[A-Z][A-Za-z0-9]*");
  const std::regex snake("[a-z][a-z0-9]*(_[a-z0-9]+)*");
  ForEachMessage([&](const Descriptor& message) {
    EXPECT_TRUE(std::regex_match(message.name(), camel)) << message.full_name();
    for (int i = 0; i < message.field_count(); ++i) {
      EXPECT_TRUE(std::regex_match(message.field(i)->name(), snake))
          << message.field(i)->full_name();
    }
  });
  ForEachMethod([&](const MethodDescriptor& method) {
    EXPECT_TRUE(std::regex_match(method.name(), camel)) << method.full_name();
    EXPECT_TRUE(EndsWith(method.service()->name(), "Service")) << method.service()->full_name();
    EXPECT_EQ(method.input_type()->name(), method.name() + "Request");
    const std::string& answer = method.output_type()->name();
    EXPECT_TRUE(answer == method.name() + "Response" || !EndsWith(answer, "Response"))
        << method.full_name();
  });
}

TEST_F(ContractTest, AServiceAFileNamedAfterIt) {
  for (const FileDescriptor* file : files_) {
    if (file->name() == "cofilter/v1/types.proto") {
      EXPECT_EQ(file->service_count(), 0);
      continue;
    }
    ASSERT_EQ(file->service_count(), 1) << file->name();
    std::string snake;
    for (const char c : file->service(0)->name()) {
      if (c >= 'A' && c <= 'Z' && !snake.empty()) snake += '_';
      snake += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    EXPECT_EQ(file->name(), "cofilter/v1/" + snake + ".proto");
  }
}

TEST_F(ContractTest, FieldNumbersAreWithoutGaps) {
  ForEachMessage([](const Descriptor& message) {
    std::set<int> numbers;
    for (int i = 0; i < message.field_count(); ++i) numbers.insert(message.field(i)->number());
    int expected = 1;
    for (const int number : numbers) EXPECT_EQ(number, expected++) << message.full_name();
  });
}

TEST_F(ContractTest, ListsArePaged) {
  int lists = 0;
  ForEachMethod([&](const MethodDescriptor& method) {
    if (method.name().rfind("List", 0) != 0) return;
    ++lists;
    const FieldDescriptor* const size = method.input_type()->FindFieldByName("page_size");
    ASSERT_NE(size, nullptr) << method.full_name();
    EXPECT_EQ(size->type(), FieldDescriptor::TYPE_INT32);
    EXPECT_NE(method.input_type()->FindFieldByName("page_token"), nullptr) << method.full_name();
    EXPECT_NE(method.output_type()->FindFieldByName("next_page_token"), nullptr)
        << method.full_name();
  });
  EXPECT_EQ(lists, 7);
}

TEST_F(ContractTest, WritesAreIdempotentByRequestId) {
  const std::regex write(
      "(Upsert|BatchUpsert|Update|Create|Retire|Erase|Promote|RollBack|Submit|Approve|Reject|"
      "Revoke).*");
  int writes = 0;
  ForEachMethod([&](const MethodDescriptor& method) {
    if (!std::regex_match(method.name(), write)) return;
    ++writes;
    const FieldDescriptor* const id = method.input_type()->FindFieldByName("request_id");
    ASSERT_NE(id, nullptr) << method.full_name();
    EXPECT_EQ(id->type(), FieldDescriptor::TYPE_STRING);
  });
  EXPECT_EQ(writes, 15);
}

TEST_F(ContractTest, OnlyReadsWithoutAMemberAreFreeOfSideEffects) {
  const std::set<std::string> reads = {
      "GetItem",   "ListItems",    "GetModel",    "ListModels",      "GetRule",
      "ListRules", "ListExposure", "GetOverview", "ListReviewQueue", "ListImports"};
  ForEachMethod([&](const MethodDescriptor& method) {
    const bool marked =
        method.options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
    EXPECT_EQ(marked, reads.contains(method.name())) << method.full_name();
    std::set<const Descriptor*> seen;
    EXPECT_FALSE(marked && CarriesMemberId(*method.input_type(), &seen)) << method.full_name();
  });
}

TEST_F(ContractTest, TimesAndDurationsAreWellKnownTypes) {
  ForEachMessage([](const Descriptor& message) {
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      if (!EndsWith(field.name(), "_at")) continue;
      ASSERT_NE(field.message_type(), nullptr) << field.full_name();
      EXPECT_EQ(field.message_type()->full_name(), "google.protobuf.Timestamp")
          << field.full_name();
    }
  });
}

}  // namespace
