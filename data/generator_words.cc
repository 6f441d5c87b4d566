// Topic tables and the sentences made of them.
#include "data/generator_words.h"

#include <span>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace cofilter::data::generator {

const std::array<Topic, kTopics> kTopicTable = {{
    {"workplace-safety",
     {"安全生产", "workplace safety"},
     {{{"消防演练", "fire drills"},
       {"用电安全", "electrical safety"},
       {"高空作业", "work at height"},
       {"职业健康", "occupational health"},
       {"应急救援", "emergency response"},
       {"隐患排查", "hazard checks"}}}},
    {"information-technology",
     {"信息技术", "information technology"},
     {{{"云平台", "cloud platforms"},
       {"数据库", "databases"},
       {"网络安全", "network security"},
       {"软件测试", "software testing"},
       {"前端开发", "web front ends"},
       {"运维监控", "system monitoring"}}}},
    {"artificial-intelligence",
     {"人工智能", "artificial intelligence"},
     {{{"机器学习", "machine learning"},
       {"大语言模型", "language models"},
       {"计算机视觉", "computer vision"},
       {"智能问答", "question answering"},
       {"数据标注", "data labelling"},
       {"算法伦理", "algorithm ethics"}}}},
    {"finance",
     {"财务管理", "finance"},
     {{{"预算编制", "budget planning"},
       {"成本控制", "cost control"},
       {"税务筹划", "tax planning"},
       {"内部审计", "internal audit"},
       {"报销流程", "expense claims"},
       {"资金管理", "treasury"}}}},
    {"people",
     {"人力资源", "human resources"},
     {{{"人才招聘", "recruiting"},
       {"绩效考核", "performance reviews"},
       {"培训体系", "training programmes"},
       {"薪酬福利", "pay and benefits"},
       {"员工关怀", "staff care"},
       {"职业发展", "career paths"}}}},
    {"marketing",
     {"市场营销", "marketing"},
     {{{"品牌建设", "brand building"},
       {"客户调研", "customer research"},
       {"社交媒体", "social media"},
       {"展会策划", "trade fairs"},
       {"渠道管理", "sales channels"},
       {"定价策略", "pricing"}}}},
    {"customer-service",
     {"客户服务", "customer service"},
     {{{"投诉处理", "complaints"},
       {"热线接听", "the hotline"},
       {"服务礼仪", "service manners"},
       {"满意度调查", "satisfaction surveys"},
       {"售后维修", "repairs"},
       {"上门服务", "home visits"}}}},
    {"projects",
     {"项目管理", "project management"},
     {{{"进度计划", "schedules"},
       {"风险管理", "risk management"},
       {"敏捷方法", "agile methods"},
       {"需求分析", "requirements"},
       {"质量验收", "acceptance tests"},
       {"复盘总结", "retrospectives"}}}},
    {"law",
     {"法律合规", "law and compliance"},
     {{{"合同管理", "contracts"},
       {"知识产权", "intellectual property"},
       {"数据保护", "data protection"},
       {"廉洁从业", "anti-corruption"},
       {"劳动法规", "labour law"},
       {"招标采购", "tenders"}}}},
    {"sustainability",
     {"绿色发展", "sustainability"},
     {{{"节能减排", "energy saving"},
       {"垃圾分类", "waste sorting"},
       {"碳核算", "carbon accounting"},
       {"光伏发电", "solar power"},
       {"绿色出行", "green travel"},
       {"水资源", "water resources"}}}},
    {"culture",
     {"文化生活", "cultural life"},
     {{{"读书分享", "the book club"},
       {"摄影采风", "photography"},
       {"合唱排练", "the choir"},
       {"书法入门", "calligraphy"},
       {"电影欣赏", "film evenings"},
       {"传统节日", "traditional festivals"}}}},
    {"sport-and-health",
     {"体育健康", "sport and health"},
     {{{"羽毛球", "badminton"},
       {"马拉松", "marathon running"},
       {"心理健康", "mental health"},
       {"健康饮食", "healthy eating"},
       {"瑜伽练习", "yoga"},
       {"篮球联赛", "the basketball league"}}}},
    {"research",
     {"科研创新", "research"},
     {{{"论文写作", "paper writing"},
       {"专利申请", "patents"},
       {"实验室管理", "laboratories"},
       {"学术会议", "conferences"},
       {"成果转化", "technology transfer"},
       {"创新大赛", "innovation contests"}}}},
    {"manufacturing",
     {"生产制造", "manufacturing"},
     {{{"精益生产", "lean production"},
       {"设备维护", "machine maintenance"},
       {"质量控制", "quality control"},
       {"供应链", "supply chains"},
       {"自动化产线", "automation"},
       {"仓储物流", "warehousing"}}}},
    {"leadership",
     {"领导力", "leadership"},
     {{{"团队建设", "team building"},
       {"沟通技巧", "communication"},
       {"科学决策", "decision making"},
       {"时间管理", "time management"},
       {"教练辅导", "coaching"},
       {"跨文化协作", "work across cultures"}}}},
    {"volunteering",
     {"志愿公益", "volunteering"},
     {{{"无偿献血", "blood donation"},
       {"支教助学", "teaching volunteers"},
       {"社区服务", "community service"},
       {"乡村振兴", "rural revival"},
       {"敬老助老", "help for the elderly"},
       {"河道清洁", "river clean-ups"}}}},
}};

const std::array<Department, kDepartments> kDepartmentTable = {{
    {"research", {12, 2, 1, 7}},
    {"production", {13, 0, 9, 7}},
    {"sales", {5, 6, 14, 3}},
    {"finance", {3, 8, 7, 14}},
    {"people", {4, 14, 10, 15}},
    {"technology", {1, 2, 7, 12}},
    {"legal", {8, 3, 4, 9}},
    {"service", {6, 5, 11, 15}},
    {"logistics", {13, 0, 9, 6}},
    {"communications", {10, 15, 5, 11}},
}};

namespace {

// {s}: subject, {o}: another subject of the topic, {t}: topic, {n}: a number.
constexpr std::array<Words, 8> kNewsTitles = {{
    {"{t}动态：{s}取得新进展", "{S}: what is new this week"},
    {"关于开展{s}工作的通知", "Notice on {s} in all departments"},
    {"{s}专题第{n}期：一线经验分享", "{S}, issue {n}: experience from the front line"},
    {"我们如何做好{s}：{n}个要点", "How we improved {s}: {n} points"},
    {"{s}现场直击：{t}走进基层", "On site: {s} and {t} in the branches"},
    {"{t}观察｜从{o}到{s}", "{T} watch: from {o} to {s}"},
    {"{s}第{n}季度情况通报", "{S}: report number {n}"},
    {"同事眼中的{s}：{n}人访谈", "What {n} colleagues say about {s}"},
}};
constexpr std::array<Words, 6> kLearningTitles = {{
    {"{s}入门：第{n}讲", "An introduction to {s}, part {n}"},
    {"{s}实务与案例（{n}学时）", "{S} in practice: {n} lessons"},
    {"{t}系列课程：{s}", "{T} course: {s}"},
    {"{s}进阶：{n}个真实案例", "Advanced {s}: {n} real cases"},
    {"从零开始学{s}（{n}）", "{S} from the beginning ({n})"},
    {"{s}工作坊：结合{o}", "{S} workshop, with {o}"},
}};
constexpr std::array<Words, 4> kSummaries = {{
    {"本文介绍{t}领域中{s}的做法，并谈到{o}。", "What {s} means in {t}, with a look at {o}."},
    {"围绕{s}，总结{n}条可以直接使用的经验。", "{n} lessons on {s} that can be used at once."},
    {"面向希望了解{s}和{o}的同事。", "For colleagues who want to know about {s} and {o}."},
    {"{t}部门整理，内容涵盖{s}的常见问题。",
     "Common questions on {s}, collected by the {t} office."},
}};

std::string Capitalised(std::string_view text) {
  std::string result(text);
  if (!result.empty()) result[0] = absl::ascii_toupper(static_cast<unsigned char>(result[0]));
  return result;
}

std::string Fill(std::span<const Words> sentences, std::size_t subject, bool english,
                 Random& random) {
  const Words& sentence = sentences[random.Below(static_cast<std::uint32_t>(sentences.size()))];
  const Topic& topic = kTopicTable[subject / kSubjectsPerTopic];
  const std::size_t place = subject % kSubjectsPerTopic;
  const std::size_t other = (place + 1 + random.Below(kSubjectsPerTopic - 1)) % kSubjectsPerTopic;
  const auto pick = [english](const Words& words) {
    return std::string(english ? words.english : words.chinese);
  };
  const std::string name = pick(topic.subjects[place]);
  const std::string topic_name = pick(topic.name);
  return absl::StrReplaceAll(pick(sentence), {{"{s}", name},
                                              {"{S}", Capitalised(name)},
                                              {"{o}", pick(topic.subjects[other])},
                                              {"{t}", topic_name},
                                              {"{T}", Capitalised(topic_name)},
                                              {"{n}", absl::StrCat(2 + random.Below(40))}});
}

}  // namespace

ItemText WriteItemText(ItemKind kind, std::size_t subject, bool english, Random& random) {
  const bool news = kind == ItemKind::kNews || kind == ItemKind::kArticle;
  ItemText text;
  text.title = news ? Fill(kNewsTitles, subject, english, random)
                    : Fill(kLearningTitles, subject, english, random);
  text.summary = Fill(kSummaries, subject, english, random);
  return text;
}

}  // namespace cofilter::data::generator
