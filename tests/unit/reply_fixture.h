#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/site.h"
#include "fcgi/reply.h"

namespace claimcheck::test {

/// A site whose name is nothing that may go into a page as it stands.
inline const Site shop{.url = "https://example.com", .name = "Tom & \"Ada\" <shop>", .support = "help@example.com"};

inline std::vector<std::string> all_headers(const fcgi::Reply& reply, std::string_view wanted) {
  std::vector<std::string> values;
  for (const auto& [name, value] : reply.headers)
    if (name == wanted) values.push_back(value);
  return values;
}

/// The value of a header that is there once or not at all.
inline std::string header(const fcgi::Reply& reply, std::string_view wanted) {
  const auto values = all_headers(reply, wanted);
  EXPECT_LE(values.size(), 1U) << wanted << " is there twice";
  return values.empty() ? std::string{} : values.front();
}

inline bool has(const fcgi::Reply& reply, std::string_view text) {
  return reply.text.find(text) != std::string::npos;
}

}  // namespace claimcheck::test
