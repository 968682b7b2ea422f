#include "core/server_log.h"

#include <gtest/gtest.h>

namespace claimcheck {
namespace {

constexpr std::uint64_t most = ~std::uint64_t{0};

TEST(ServerLog, LinesOfApacheAndNginxAreRead) {
  const std::string id = "abcdefgh01234567";
  const auto aborted = [&](std::uint64_t bytes) {
    return LoggedDelivery{.id = id, .bytes = bytes, .outcome = Outcome::aborted};
  };
  const auto complete = [&](std::uint64_t bytes) {
    return LoggedDelivery{.id = id, .bytes = bytes, .outcome = Outcome::complete};
  };
  const std::optional<LoggedDelivery> none;
  const struct {
    const char* name;
    std::string line;
    std::optional<LoggedDelivery> expected;
  } cases[] = {
      {"Apache: the client went away", id + " 5270000 X", aborted(5'270'000)},
      {"Apache: all sent, the connection is kept", id + " 40000308 +", complete(40'000'308)},
      {"Apache: all sent, the connection ends", id + " 40000308 -", complete(40'000'308)},
      {"nginx: all sent", id + " 40000000 OK", complete(40'000'000)},
      {"nginx: the client went away", id + " 2300000 ", aborted(2'300'000)},
      {"the same, the space at its end lost", id + " 2300000", aborted(2'300'000)},
      {"nothing was sent", id + " 0 ", aborted(0)},
      {"more fields", id + " 12 OK GET /x 200", complete(12)},
      {"more fields behind an empty one", id + " 12  OK", aborted(12)},
      {"a carriage return", id + " 12 OK\r", complete(12)},
      {"the largest count", id + " 18446744073709551615 X", aborted(most)},
      {"a count that is too large", id + " 18446744073709551616 X", none},
      {"a count below nothing", id + " -1 X", none},
      {"no count", id + " - X", none},
      {"a count with a sign", id + " +1 X", none},
      {"a count in words", id + " 12k X", none},
      {"an empty count", id + "  X", none},
      {"nothing but an id", id, none},
      {"another word", id + " 12 DONE", none},
      {"small letters", id + " 12 x", none},
      {"a request that was no delivery", "- 512 +", none},
      {"an id of somebody else", "0d7c7d26-0c2c-4c5f-8c0e-2f1d1b1c9f00 512 +", none},
      {"an id that is too short", "abcdefgh0123456 512 +", none},
      {"an id that is too long", "abcdefgh012345678 512 +", none},
      {"capitals", "ABCDEFGH01234567 512 +", none},
      {"a space in front", " " + id + " 512 +", none},
      {"an empty line", "", none},
      {"spaces", "   ", none},
      {"nul", std::string{"abcdefgh0123456\0 512 +", 22}, none},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto parsed = parse_log_line(c.line);
    EXPECT_EQ(parsed.has_value(), c.expected.has_value());
    EXPECT_TRUE(parsed == c.expected);
  }
}

TEST(ServerLog, WhatItSaysIsNeverMoreThanWasAskedForNorTooLittle) {
  const struct {
    const char* name;
    Outcome outcome;
    std::uint64_t bytes, length, sent;
  } cases[] = {
      {"complete, with its header", Outcome::complete, 1300, 1000, 1000},
      {"complete, and compressed", Outcome::complete, 300, 1000, 1000},
      {"aborted in the middle", Outcome::aborted, 300, 1000, 300},
      {"aborted before anything", Outcome::aborted, 0, 1000, 0},
      {"aborted at the end, with its header", Outcome::aborted, 1100, 1000, 1000},
      {"a count beyond any file", Outcome::aborted, most, 1000, 1000},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const DeliveryRecord before{
        .id = "x", .range = {.first = 7, .length = c.length}, .sent = c.length, .outcome = Outcome::handed_off};
    DeliveryRecord expected = before;
    expected.sent = c.sent;
    expected.outcome = c.outcome;
    EXPECT_EQ(corrected(before, {.id = "x", .bytes = c.bytes, .outcome = c.outcome}), expected);
  }
}

}  // namespace
}  // namespace claimcheck
