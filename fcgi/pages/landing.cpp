#include "fcgi/pages/landing.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/html.h"
#include "core/media_type.h"
#include "core/quantity.h"
#include "fcgi/pages/page.h"
#include "fcgi/pages/wording.h"

namespace claimcheck::fcgi {
namespace {

/// `text` as one word of a POSIX shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string{R"('\'')"} : std::string{c};
  return out + "'";
}

std::string row(std::string_view label, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", label, value);
}

/// "ZIP · application/zip".
std::string kind_of(const std::string& filename) {
  const std::size_t dot = filename.rfind('.');
  constexpr std::size_t longest_extension = 8;
  std::string extension = dot == std::string::npos ? "" : filename.substr(dot + 1);
  if (extension.empty() || extension.size() > longest_extension) return std::string{media_type(filename)};
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return fmt::format("{} · {}", html_escaped(extension), media_type(filename));
}

/// A token's fact of that name, if it is the digest of a file; whoever publishes a file may say it.
std::string checksum_of(const Token& token) {
  constexpr std::size_t length = 64;
  const auto fact = token.facts.find("sha256");
  if (fact == token.facts.end() || fact->second.size() != length ||
      fact->second.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
    return {};
  return fact->second;
}

std::string facts_of(const Landing& landing, Language language) {
  const Wording& words = wording(language);
  const Token& token = landing.token;
  std::string rows = row(words.size, format_size(token.version.size, language)) + row(words.kind, kind_of(token.filename)) +
                     row(words.available_until, time_element(format_rfc3339(token.expires_at)));
  rows += fmt::format("<div hidden><dt>{}</dt><dd><span data-seconds=\"{}\" role=\"timer\"></span></dd></div>", words.time_left,
                      std::max<std::int64_t>(0, (token.expires_at - landing.now).count()));
  if (token.max_uses > 0)
    rows += row(words.downloads_left, fmt::format("{}", std::max<std::int64_t>(0, token.max_uses - token.uses)));
  if (const std::string checksum = checksum_of(token); !checksum.empty())
    rows += fmt::format("<div><dt>{}</dt><dd class=\"digest\">{}</dd></div>", words.checksum, checksum);
  return "<dl>" + rows + "</dl>";
}

std::string form_of(const Landing& landing, const Wording& words) {
  std::string choice;
  if (landing.has_forms)
    choice = fmt::format(
        "<fieldset><legend>{}</legend>"
        "<label><input type=\"radio\" name=\"as\" value=\"decrypted\" checked>{}</label>"
        "<label><input type=\"radio\" name=\"as\" value=\"stored\">{}</label></fieldset>",
        words.form, words.decrypted, words.stored);
  return fmt::format(
      "<form class=\"download\" method=\"post\">{}<button class=\"main-button\">{}</button></form><p class=\"hint\">{}</p>"
      "<p class=\"told\" role=\"status\" data-started=\"{}\" data-over=\"{}\"></p>",
      choice, words.download, words.nothing_used, words.started, words.over);
}

std::string line_of(const std::string& command, const Wording& words) {
  return fmt::format(
      "<div class=\"line\"><code tabindex=\"0\" dir=\"ltr\">{}</code><button type=\"button\" hidden "
      "data-copied=\"{}\">{}</button></div>",
      html_escaped(command), words.copied, words.copy);
}

std::string terminal_of(const Landing& landing, const Wording& words) {
  const Confirm confirm = landing.token.rules.confirm;
  const CommandLines lines = command_lines(landing.url, landing.token.filename, confirm);
  return fmt::format("<details><summary>{}</summary>{}{}{}</details>", words.terminal, line_of(lines.curl, words),
                     line_of(lines.wget, words),
                     confirm == Confirm::always ? "" : fmt::format("<p>{}</p>", words.terminal_goes_on));
}

}  // namespace

CommandLines command_lines(const std::string& url, const std::string& filename, Confirm confirm) {
  // A name that begins with a dash would be taken for an option.
  const std::string name = quoted(filename.starts_with('-') ? "./" + filename : filename), link = quoted(url);
  if (confirm == Confirm::always)
    return {.curl = fmt::format("curl -fL -d '' -o {} {}", name, link),
            .wget = fmt::format("wget --post-data='' -O {} {}", name, link)};
  return {.curl = fmt::format("curl -fL -C - -o {} {}", name, link), .wget = fmt::format("wget -c -O {} {}", name, link)};
}

Reply landing_page(const Landing& landing, const Site& site, Language language) {
  const Wording& words = wording(language);
  const Token& token = landing.token;
  const std::string content = fmt::format("<h1><bdi>{}</bdi></h1>{}{}<section><h2>{}</h2><p>{}</p></section>{}",
                                          html_escaped(token.filename), facts_of(landing, language), form_of(landing, words),
                                          words.if_it_breaks, words.go_on, terminal_of(landing, words));
  const std::string ends = format_rfc3339(token.expires_at);
  const PageHead head{.title = token.filename,
                      .description = fmt::format(fmt::runtime(words.unfurled), format_size(token.version.size, language),
                                                 ends.substr(0, 10) + " " + ends.substr(11, 5) + " UTC")};
  return html_page(head, content, site, language);
}

}  // namespace claimcheck::fcgi
