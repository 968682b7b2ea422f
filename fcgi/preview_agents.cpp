#include "fcgi/preview_agents.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/ascii.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::array unfurlers{
    "facebookexternalhit", "facebookcatalog", "whatsapp", "skypeuripreview",  "slack-imgproxy",    "embedly", "iframely",
    "google-safety",       "bingpreview",     "vkshare",  "googleimageproxy", "outbrain",          "trello",  "quora link",
    "microsoftpreview",    "synapse",         "zoombot",  "metainspector",    "google-read-aloud",
};

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// "bot", "spider" or "crawler" at the end of a word, as in "Googlebot/2.1"; not the telephones of the name Cubot.
bool names_a_crawler(std::string_view agent) {
  for (const std::string_view word : {"bot", "spider", "crawler"}) {
    for (std::size_t at = agent.find(word); at != std::string_view::npos; at = agent.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool whole = end == agent.size() || !is_letter(agent[end]);
      const bool telephone = at >= 2 && agent.substr(at - 2, 2) == "cu";
      if (whole && !telephone) return true;
    }
  }
  return false;
}

}  // namespace

bool is_preview_agent(std::string_view user_agent) {
  const std::string agent = lower(user_agent);
  const auto named = [&](const char* name) { return agent.find(name) != std::string::npos; };
  return names_a_crawler(agent) || std::ranges::any_of(unfurlers, named);
}

}  // namespace claimcheck::fcgi
