#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>

#include "tests/support/fastcgi_client.h"
#include "tests/support/front_end.h"

namespace claimcheck {
namespace {

using namespace test;
using nlohmann::json;

// Wed, 25 Jun 2014 17:12:18 GMT
constexpr std::chrono::sys_seconds last_modified{std::chrono::seconds{1403716338}};

/// The half-open range of bytes that a Content-Range value names.
struct Span {
  std::uint64_t first = 0, end = 0;
};

json rows_of(const char* name, const char* table) {
  return json::parse(read_file(std::filesystem::path{CLAIMCHECK_SOURCE_DIR} / "tests/data/http-range" / name)).at(table);
}

std::map<std::string, std::string> contents() {
  std::string thousand, forty_thousand;
  for (int i = 0; i < 100; ++i) thousand += fmt::format("X{:03}XXXXXX", i);
  for (int i = 1; i <= 10000; ++i) forty_thousand += fmt::format("{:04}", i);
  return {{"f11.bin", "0123456789\n"}, {"f1000.bin", thousand}, {"f40000.txt", forty_thousand}, {"empty.bin", ""}};
}

Span parse_content_range(const std::string& value, std::uint64_t size) {
  std::smatch parts;
  if (!std::regex_match(value, parts, std::regex{R"(bytes (\d+)-(\d+)/(\d+))"}))
    throw std::runtime_error("no Content-Range: " + value);
  const Span span{.first = std::stoull(parts[1]), .end = std::stoull(parts[2]) + 1};
  if (std::stoull(parts[3]) != size || span.first >= span.end || span.end > size)
    throw std::runtime_error("a wrong Content-Range: " + value);
  return span;
}

struct Part {
  Span span;
  std::string bytes;
};

/// The parts of a multipart/byteranges body. Throws if it is malformed anywhere.
std::vector<Part> parse_multipart(const std::string& content_type, const std::string& body, std::uint64_t size) {
  std::smatch type;
  if (!std::regex_match(content_type, type, std::regex{R"re(multipart/byteranges; *boundary="?([^";]+)"?)re"}))
    throw std::runtime_error("no multipart/byteranges: " + content_type);
  const std::string delimiter = "\r\n--" + type[1].str();
  std::string rest = body.starts_with("--") ? "\r\n" + body : body;
  std::vector<Part> parts;
  if (!rest.starts_with(delimiter)) throw std::runtime_error("the body starts without its boundary");
  rest.erase(0, delimiter.size());
  while (rest.starts_with("\r\n")) {
    const auto head_end = rest.find("\r\n\r\n");
    if (head_end == std::string::npos) throw std::runtime_error("a part without an end of its head");
    Answer part{.headers = parse_fields(rest.substr(0, head_end + 2))};
    const auto span = parse_content_range(part.header("Content-Range").value_or(""), size);
    rest.erase(0, head_end + 4);
    parts.push_back({span, rest.substr(0, span.end - span.first)});
    rest.erase(0, span.end - span.first);
    if (!rest.starts_with(delimiter)) throw std::runtime_error("a part is not as long as its Content-Range says");
    rest.erase(0, delimiter.size());
  }
  if (rest != "--\r\n" && rest != "--") throw std::runtime_error("the last boundary is followed by: " + rest);
  return parts;
}

class RangeConditions : public testing::TestWithParam<Front> {
 protected:
  void SetUp() override {
    for (const auto& [name, content] : contents()) {
      site.add_file(name, content, last_modified);
      links[name] = site.issue("2026/11/" + name, {.policy = "open"}).path;
    }
    front = start(GetParam(), site);
    worker = site.start_worker("alone");
  }

  Answer ask(const std::string& file, const Fields& headers) {
    return fetch(site.port(), {.target = links.at(file), .headers = headers});
  }

  /// The same of a worker that has no web server before it.
  Answer ask_worker(const std::string& file, const Fields& headers) {
    return call(site.socket_address("alone"), cgi_variables({.target = links.at(file), .headers = headers}));
  }

  Site site;
  std::unique_ptr<FrontEnd> front;
  std::unique_ptr<Process> worker;
  std::map<std::string, std::string> links;
};

void expect_whole(const Answer& answer, const std::string& content) {
  EXPECT_EQ(answer.body, content);
  EXPECT_EQ(answer.header("Content-Length"), std::to_string(content.size()));
  EXPECT_FALSE(answer.header("Content-Range"));
}

void expect_parts(const Answer& answer, const std::string& content, const json& wanted) {
  std::vector<Part> parts;
  if (const auto range = answer.header("Content-Range")) {
    parts.push_back({parse_content_range(*range, content.size()), answer.body});
  } else {
    parts = parse_multipart(answer.header("Content-Type").value_or(""), answer.body, content.size());
  }
  EXPECT_EQ(answer.header("Content-Length"), std::to_string(answer.body.size()));
  for (const auto& part : parts) EXPECT_EQ(part.bytes, content.substr(part.span.first, part.span.end - part.span.first));
  for (const auto& range : wanted) {
    EXPECT_TRUE(std::any_of(parts.begin(), parts.end(),
                            [&](const Part& part) {
                              return part.span.first <= range.at(0).get<std::uint64_t>() &&
                                     range.at(1).get<std::uint64_t>() < part.span.end;
                            }))
        << "no part covers " << range;
  }
}

TEST_P(RangeConditions, EveryCaseIsAnsweredAsTheRfcSays) {
  const auto files = contents();
  const json rows = rows_of("cases.json", "cases");
  EXPECT_GT(rows.size(), 50U);
  for (const json& row : rows) {
    const std::string id = row.at("id"), file = row.at("file"), content = files.at(file);
    SCOPED_TRACE(id + " " + row.at("headers").dump());
    const Answer plain = ask(file, {});
    const std::string etag = plain.header("ETag").value_or("");
    ASSERT_TRUE(etag.starts_with('"') && etag.size() > 2) << "no strong ETag: " << etag;
    EXPECT_EQ(plain.header("Last-Modified"), "Wed, 25 Jun 2014 17:12:18 GMT");

    Fields headers;
    for (const auto& [name, value] : row.at("headers").items())
      headers.emplace_back(name, std::regex_replace(value.get<std::string>(), std::regex{"__ETAG__"}, etag));
    const Answer answer = ask(file, headers);
    EXPECT_TRUE(answer.complete);

    const auto allowed = row.at("rfc").at("status").get<std::vector<int>>();
    EXPECT_NE(std::find(allowed.begin(), allowed.end(), answer.status), allowed.end()) << answer.status;
    // Web servers have range and condition code of their own; none of them may overrule the worker.
    EXPECT_EQ(answer.status, ask_worker(file, headers).status);
    const auto range = row.at("rfc").find("content_range");
    if (range != row.at("rfc").end() && answer.status != 200) {
      EXPECT_EQ(answer.header("Content-Range"), range->get<std::string>());
    }
    if (answer.status == 200) expect_whole(answer, content);
    if (answer.status == 206) expect_parts(answer, content, row.value("ranges", json::array()));
    if (answer.status == 304) {
      EXPECT_EQ(answer.received, 0U);
      EXPECT_EQ(answer.header("ETag"), etag);
    }
    if (answer.status == 416) {
      EXPECT_EQ(answer.header("Content-Range"), fmt::format("bytes */{}", content.size()));
    }
    if (answer.status >= 400) {
      EXPECT_EQ(answer.body.find(content.substr(0, 10)), std::string::npos) << answer.body;
    }
  }
}

/// Names with control characters or path separators are no file names.
bool is_file_name(const std::string& name) {
  return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/' || c == '\\';
  });
}

TEST_P(RangeConditions, ContentDispositionCarriesEveryFileName) {
  int names = 0;
  const json rows = rows_of("content-disposition.json", "produce");
  for (const json& row : rows) {
    const std::string name = row.at("filename");
    SCOPED_TRACE(name);
    if (!is_file_name(name)) continue;
    ++names;
    const Issued token = site.issue("2026/11/f11.bin", {.policy = "open", .filename = name});
    const Answer answer = fetch(site.port(), {.target = token.path});
    ASSERT_EQ(answer.status, 200);
    const std::string value = answer.header("Content-Disposition").value_or("");
    std::smatch parts;
    ASSERT_TRUE(std::regex_match(value, parts, std::regex{R"re(attachment; filename="([ !#-\[\]-~]*)"(; filename\*=(.*))?)re"}))
        << value;
    if (parts[2].matched) {
      EXPECT_EQ(parts[3].str(), row.at("ext_value").get<std::string>());
    } else {
      EXPECT_EQ(parts[1].str(), name);
    }
  }
  EXPECT_GE(names, 10);
}

INSTANTIATE_TEST_SUITE_P(BehindEveryFrontEnd, RangeConditions, testing::ValuesIn(all_fronts),
                         [](const auto& instance) { return name_of(instance.param); });

}  // namespace
}  // namespace claimcheck
