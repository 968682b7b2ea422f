#include "fcgi/preview_agents.h"

#include <gtest/gtest.h>

namespace claimcheck {
namespace {

TEST(PreviewAgents, AreKnownByTheirNamesAndPeopleAreNotTakenForThem) {
  const struct {
    const char* agent;
    bool preview;
  } cases[] = {
      {"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", true},
      {"WhatsApp/2.23.20.0", true},
      {"facebookexternalhit/1.1 Facebot Twitterbot/1.0", true},
      {"TelegramBot (like TwitterBot)", true},
      {"Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", true},
      {"LinkedInBot/1.0 (compatible; Mozilla/5.0)", true},
      {"Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5", true},
      {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true},
      {"Baiduspider+(+http://www.baidu.com/search/spider.htm)", true},
      {"some crawler", true},
      {"", false},
      {"curl/7.88.1", false},
      {"Wget/1.21.3", false},
      {"aria2/1.36.0", false},
      {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36", false},
      {"Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36", false},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) [FBAN/FBIOS;FBAV/440.0]", false},
      {"MyBottleShop/1.0", false},
  };
  for (const auto& c : cases) EXPECT_EQ(fcgi::is_preview_agent(c.agent), c.preview) << c.agent;
}

}  // namespace
}  // namespace claimcheck
