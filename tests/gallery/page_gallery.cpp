// Takes pictures of the pages that visitors meet, in Chromium: every refusal and the landing page, in both languages, light and
// dark, on a wide and on a narrow screen.
#include <fmt/format.h>

#include <iostream>

#include "core/error.h"
#include "fcgi/error_reply.h"
#include "fcgi/error_table.h"
#include "fcgi/pages/landing.h"
#include "fcgi/pages/wording.h"
#include "tests/support/chromium.h"

namespace claimcheck {
namespace {

using namespace fcgi;

const Site site{.url = "https://example.com",
                .name = "Northwind Prints",
                .renewal_url = "https://example.com/account",
                .fallback_url = "https://mirror.example.com",
                .support = "help@example.com"};
const Time now = from_unix(1'800'000'000);
const std::string link = "https://example.com/dl/" + std::string(58, 'a') + "eSZdt3";

struct Page {
  std::string name, html;
};

Token token(const std::string& filename) {
  return {.id = {"01890000-0000-7000-8000-000000000001"},
          .digest = Digest::of("secret"),
          .filename = filename,
          .version = {.size = 734'003'200, .mtime_ns = 7},
          .expires_at = now + seconds{30 * 3600},
          .max_uses = 3,
          .uses = 1,
          .facts = {{"sha256", "c0bc5710a4c1ee09bd706ba3f7b345bfbb1eb7fc80eb2edd7878bacb29bfc786"}}};
}

std::vector<Page> landing_pages(Language language) {
  const auto page = [&](const Token& shown, bool has_forms) {
    return landing_page({.token = shown, .url = link, .has_forms = has_forms, .now = now}, site, language).text;
  };
  Token ending = token("Hochzeit Anna & Ümit – alle Bilder.zip");
  ending.expires_at = now + seconds{42};
  ending.max_uses = 0;
  ending.facts.clear();
  return {{"landing", page(token("northwind-prints-2026.zip"), false)},
          {"landing-backup", page(token("shop-2026-11-21.sql.gz"), true)},
          {"landing-ending", page(ending, false)}};
}

std::vector<Page> refusals(Language language) {
  const Details details{{"expired_at", "2027-01-14T08:00:00Z"}},
      used{{"max_uses", 1}, {"uses", 1}, {"last_used_at", "2027-01-14T18:21:09Z"}, {"last_used_from", "203.0.113.0"}};
  std::vector<Page> pages;
  for (const ErrorRow& row : error_table()) {
    Details facts;
    if (row.code == Errc::token_expired) facts = details;
    if (row.code == Errc::usage_limit_exceeded) facts = used;
    const Error error{row.code, row.tells_why ? "The query is too long." : "", facts};
    pages.push_back(
        {std::string{row.name},
         error_reply(error, Surface::native, Format::html, site, {.language = language, .renew_url = link + "/renew"}).text});
  }
  pages.push_back({"renewed", renewed_page(site, language).text});
  return pages;
}

void picture(test::Chromium& chromium, const std::filesystem::path& folder, const Page& page, const test::Look& look) {
  const std::filesystem::path file = folder / (page.name + ".html");
  test::write_file(file, page.html);
  const std::string tab = chromium.open("file://" + file.string(), look);
  test::write_file(folder / fmt::format("{}-{}-{}-{}.png", page.name, look.language, look.scheme, look.width),
                   chromium.picture(tab));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace claimcheck

int main(int argc, char** argv) {
  using namespace claimcheck;
  const std::filesystem::path folder = std::filesystem::absolute(argc > 1 ? argv[1] : "build/screenshots");
  std::filesystem::create_directories(folder);
  test::Chromium chromium;
  for (const Language language : {Language::english, Language::german}) {
    std::vector<Page> pages = landing_pages(language);
    for (Page& page : refusals(language)) pages.push_back(std::move(page));
    for (const Page& page : pages) {
      std::cout << page.name << std::endl;
      for (const char* scheme : {"light", "dark"})
        for (const int width : {1000, 320})
          picture(chromium, folder, page,
                  {.width = width,
                   .height = 700,
                   .scheme = scheme,
                   .language = std::string{wording(language).code},
                   .timezone = "Europe/Berlin"});
    }
  }
}
