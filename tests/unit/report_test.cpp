#include "cron/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace claimcheck::cron {
namespace {

Report report_of(std::int64_t tokens, std::int64_t files) {
  return {.counts = {{"expired", "token ended", "tokens ended", tokens}, {"removed", "file removed", "files removed", files}}};
}

TEST(ReportInWords, TellsWhatWasDone) {
  const struct {
    Report report;
    const char* words;
  } cases[] = {
      {{}, "nothing was due"},
      {report_of(0, 0), "nothing was due"},
      {report_of(1, 0), "1 token ended"},
      {report_of(2, 1), "2 tokens ended, 1 file removed"},
      {report_of(0, 1'000'000), "1000000 files removed"},
      {{.counts = report_of(1, 0).counts, .faults = {"send: no server"}}, "1 token ended"},
      {{.dry_run = true}, "dry run: nothing was due"},
      {{.counts = report_of(2, 2).counts, .dry_run = true}, "dry run: 2 tokens ended, 2 files removed"},
  };
  for (const auto& c : cases) EXPECT_EQ(in_words(c.report), c.words);
}

TEST(ReportInJson, IsOneLineWithAllCountsAndFaults) {
  EXPECT_EQ(in_json({}), R"({"dry_run":false,"faults":[]})");
  Report report = report_of(2, 0);
  report.dry_run = true;
  report.faults = {"send: a \"quoted\"\nline", "expire: \xff"};
  const std::string json = in_json(report);
  EXPECT_EQ(json.find('\n'), std::string::npos);
  EXPECT_TRUE(json.starts_with(R"({"dry_run":true,"expired":2,"removed":0,"faults":[)")) << json;
  const auto read = nlohmann::json::parse(json);
  EXPECT_EQ(read.at("faults").at(0), "send: a \"quoted\"\nline");
  EXPECT_EQ(read.at("faults").at(1), "expire: \xEF\xBF\xBD") << "what is no UTF-8 is replaced";
}

}  // namespace
}  // namespace claimcheck::cron
