#include "core/hand_off.h"

#include <algorithm>
#include <array>
#include <utility>

namespace claimcheck {
namespace {

constexpr std::array<std::pair<std::string_view, HandOff>, 5> words{{{"stream", HandOff::none},
                                                                     {"local", HandOff::local},
                                                                     {"xsendfile", HandOff::xsendfile},
                                                                     {"accel", HandOff::accel},
                                                                     {"litespeed", HandOff::litespeed}}};

}  // namespace

std::string_view to_string(HandOff hand_off) {
  return std::ranges::find(words, hand_off, &std::pair<std::string_view, HandOff>::second)->first;
}

std::optional<HandOff> parse_hand_off(std::string_view word) {
  const auto* const found = std::ranges::find(words, word, &std::pair<std::string_view, HandOff>::first);
  return found == words.end() ? std::nullopt : std::optional{found->second};
}

bool needs_url(HandOff hand_off) {
  return hand_off == HandOff::local || hand_off == HandOff::accel || hand_off == HandOff::litespeed;
}

}  // namespace claimcheck
