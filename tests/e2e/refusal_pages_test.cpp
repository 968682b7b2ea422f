#include <gtest/gtest.h>

#include "fcgi/error_reply.h"
#include "fcgi/error_table.h"
#include "tests/support/axe.h"
#include "tests/support/chromium.h"

namespace claimcheck {
namespace {

using namespace test;
using namespace fcgi;

TEST(RefusalPages, OfEveryRowOfTheErrorTableAreAccessibleInBothSchemesAndLanguages) {
  const Site site{.url = "https://example.com",
                  .name = "Example",
                  .color = "#ffd400",
                  .renewal_url = "https://example.com/account",
                  .fallback_url = "https://mirror.example.com",
                  .support = "help@example.com"};
  const TemporaryFolder folder;
  Chromium chromium;
  for (const ErrorRow& row : error_table())
    for (const Look& look :
         {Look{.width = 1000, .scheme = "light", .language = "en"}, Look{.width = 320, .scheme = "dark", .language = "de"}}) {
      SCOPED_TRACE(std::string{row.name} + " " + look.scheme);
      const Error error{row.code, "What was wrong.", {{"expired_at", "2027-01-15T08:00:00Z"}, {"max_uses", std::int64_t{1}}}};
      const Refused refused{.language = preferred_language(look.language, "en"), .renew_url = "https://example.com/dl/x/renew"};
      write_file(folder / "page.html", error_reply(error, Surface::native, Format::html, site, refused).text);
      const std::string tab = chromium.open("file://" + (folder / "page.html").string(), look);
      EXPECT_EQ(accessibility_faults(chromium, tab), std::vector<std::string>{});
      EXPECT_EQ(chromium.errors(tab), std::vector<std::string>{});
      EXPECT_LE(chromium.evaluate(tab, "document.documentElement.scrollWidth - innerWidth"), 0);
    }
}

}  // namespace
}  // namespace claimcheck
