// Writes every kind of mail in every language into a folder, so that somebody can look at them.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "tests/mail_samples.h"

int main(int argc, char** argv) {
  using namespace claimcheck;
  if (argc != 2) {
    fmt::print(stderr, "usage: mail_gallery FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const Site site{.url = "https://www.example.com", .name = "Example Images", .support = "support@example.com"};
  const cron::Zone zone{"Europe/Berlin"};
  const cron::Templates templates;
  for (const cron::Language& language : cron::languages())
    for (const test::MailSample& sample : test::mail_samples()) {
      const cron::Correspondence correspondence{site, zone, templates, std::string{language.code}};
      const cron::Rendered mail = cron::render(sample.kind, sample.content, correspondence, test::mail_samples_written);
      const std::string stem = fmt::format("{}-{}", language.code, sample.name);
      std::ofstream{folder / (stem + ".txt")} << "Subject: " << mail.subject << "\n\n" << mail.text;
      std::ofstream{folder / (stem + ".html")} << mail.html;
    }
}
