// Writes every kind of mail in every language into a folder, and sheets with all of a language beside each other, so that
// somebody can look at them.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "core/html.h"
#include "tests/mail_samples.h"

namespace {

using namespace claimcheck;

/// Mails beside each other, each as wide as given and as high as it needs.
std::string sheet(const std::vector<std::string>& mails, int width) {
  std::string frames;
  for (const std::string& mail : mails)
    frames += fmt::format(
        "<iframe width=\"{}\" onload=\"height = contentDocument.documentElement.scrollHeight\" srcdoc=\"{}\"></iframe>\n",
        width, html_escaped(mail));
  return fmt::format(
      "<!DOCTYPE html><meta charset=\"utf-8\"><style>:root{{color-scheme:light dark}}body{{margin:8px;display:grid;gap:8px;"
      "grid-template-columns:repeat(4,{}px)}}iframe{{border:0}}</style>\n{}",
      width, frames);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: mail_gallery FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const Site site{.url = "https://www.example.com", .name = "Example Images", .support = "support@example.com"};
  const cron::Zone zone{"Europe/Berlin"};
  const cron::Templates templates;
  for (const cron::Language& language : cron::languages()) {
    const cron::Correspondence correspondence{site, zone, templates, std::string{language.code}};
    std::vector<std::string> mails;
    for (const test::MailSample& sample : test::mail_samples()) {
      const cron::Rendered mail = cron::render(sample.kind, sample.content, correspondence, test::mail_samples_written);
      const std::string stem = fmt::format("{}-{}", language.code, sample.name);
      std::ofstream{folder / (stem + ".txt")} << "Subject: " << mail.subject << "\n\n" << mail.text;
      std::ofstream{folder / (stem + ".html")} << mail.html;
      mails.push_back(mail.html);
    }
    for (const int width : {360, 640})
      std::ofstream{folder / fmt::format("sheet-{}-{}.html", language.code, width)} << sheet(mails, width);
  }
}
