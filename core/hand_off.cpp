#include "core/hand_off.h"

#include <algorithm>

namespace claimcheck {

std::string_view to_string(HandOff hand_off) {
  return std::ranges::find(hand_off_words, hand_off, &std::pair<std::string_view, HandOff>::second)->first;
}

std::optional<HandOff> parse_hand_off(std::string_view word) {
  const auto* const found = std::ranges::find(hand_off_words, word, &std::pair<std::string_view, HandOff>::first);
  return found == hand_off_words.end() ? std::nullopt : std::optional{found->second};
}

bool needs_url(HandOff hand_off) {
  return hand_off == HandOff::local || hand_off == HandOff::accel || hand_off == HandOff::litespeed;
}

}  // namespace claimcheck
