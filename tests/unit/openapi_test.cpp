#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "fcgi/embedded_file.h"
#include "fcgi/error_table.h"
#include "fcgi/routes.h"

namespace claimcheck::fcgi {
namespace {

using Json = nlohmann::json;

const std::map<Surface, std::string> bases{{Surface::native, "/dl"},
                                           {Surface::purchase, "/api/downloads"},
                                           {Surface::storage, "/api/storage"},
                                           {Surface::public_link, "/api/public/download"}};

/// "/dl/v1/tokens/*/revoke POST": a route's path and one of its methods, as both tell them.
std::set<std::string> told_by_routes() {
  std::set<std::string> all;
  for (const Route& route : routes()) {
    std::istringstream methods{std::string{route.methods}};
    for (std::string method; methods >> method;) {
      std::erase(method, ',');
      all.insert(bases.at(route.surface) + "/" + std::string{route.pattern} + " " + method);
    }
  }
  return all;
}

/// A path with "*" in place of its parameters.
std::string pattern_of(std::string path) {
  for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{'))
    path.replace(open, path.find('}', open) - open + 1, "*");
  return path;
}

std::set<std::string> told_by(const Json& description) {
  std::set<std::string> all;
  for (const auto& [path, item] : description.at("paths").items())
    for (const auto& [name, operation] : item.items()) {
      if (name == "parameters") continue;
      std::string method = name;
      std::ranges::transform(method, method.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      all.insert(pattern_of(path) + " " + method);
    }
  return all;
}

/// Calls `each` for every object member "$ref" within.
template <class Each>
void for_each_reference(const Json& json, const Each& each) {
  if (json.is_object() && json.contains("$ref")) each(json.at("$ref").get<std::string>());
  if (json.is_structured())
    for (const Json& part : json) for_each_reference(part, each);
}

class OpenApi : public testing::Test {
 protected:
  const Json description = Json::parse(embedded_file("openapi.json"));
};

TEST_F(OpenApi, DescribesEveryRouteWithEveryMethodAndNoOther) {
  EXPECT_EQ(told_by(description), told_by_routes());
}

TEST_F(OpenApi, KnowsEveryRowOfTheErrorTableAndItsStatuses) {
  const Json& names = description.at("components").at("schemas").at("Error").at("properties").at("error").at("enum");
  std::vector<std::string> rows;
  for (const ErrorRow& row : error_table()) {
    rows.emplace_back(row.name);
    for (const auto& [surface, base] : bases) {
      SCOPED_TRACE(base);
      const std::string status = std::to_string(row.status(surface));
      const Json& responses = description.at("components").at("responses");
      ASSERT_TRUE(responses.contains(status)) << row.name << " " << status;
      EXPECT_NE(responses.at(status).at("description").get<std::string>().find(row.name), std::string::npos)
          << row.name << " " << status;
    }
  }
  EXPECT_EQ(names.get<std::vector<std::string>>(), rows);
}

TEST_F(OpenApi, RefersToNothingThatIsNotThere) {
  int references = 0;
  for_each_reference(description, [&](const std::string& reference) {
    ++references;
    ASSERT_TRUE(reference.starts_with("#/")) << reference;
    EXPECT_TRUE(description.contains(Json::json_pointer{reference.substr(1)})) << reference;
  });
  EXPECT_GT(references, 50);
}

TEST_F(OpenApi, GivesEveryOperationANameOfItsOwn) {
  std::set<std::string> names;
  for (const auto& [path, item] : description.at("paths").items())
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters") continue;
      EXPECT_TRUE(names.insert(operation.at("operationId")).second) << path << " " << method;
    }
}

}  // namespace
}  // namespace claimcheck::fcgi
