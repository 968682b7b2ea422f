#include "fcgi/pages/language.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "core/ascii.h"

namespace claimcheck::fcgi {
namespace {

/// The weight of one part of an Accept-Language field, such as "de-AT;q=0.8".
double weight_of(std::string_view part) {
  const std::size_t at = part.find("q=");
  if (at == std::string_view::npos) return 1;
  double weight = 0;
  const std::string_view number = part.substr(at + 2);
  return std::from_chars(number.data(), number.data() + number.size(), weight).ec == std::errc{} ? weight : 0;
}

}  // namespace

Language preferred_language(std::string_view accept_language, std::string_view otherwise) {
  Language best = otherwise == "de" ? Language::german : Language::english;
  double best_weight = 0;
  while (!accept_language.empty()) {
    const std::size_t end = std::min(accept_language.find(','), accept_language.size());
    std::string part = lower(accept_language.substr(0, end));
    accept_language.remove_prefix(std::min(end + 1, accept_language.size()));
    part.erase(0, part.find_first_not_of(" \t"));
    const std::string code = part.substr(0, part.find_first_of("-;, "));
    const double weight = weight_of(part);
    if ((code != "en" && code != "de") || weight <= best_weight) continue;
    best = code == "de" ? Language::german : Language::english;
    best_weight = weight;
  }
  return best;
}

}  // namespace claimcheck::fcgi
