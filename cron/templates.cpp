#include "cron/templates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>

#include "core/error.h"
#include "core/file_path.h"

namespace claimcheck::cron {
namespace {

using Names = std::set<std::string, std::less<>>;

constexpr std::array kinds{MailKind::link,    MailKind::warning, MailKind::receipt,
                           MailKind::failure, MailKind::renewal, MailKind::message};

/// Where a template's text came from, for who reads an error.
struct Source {
  std::string name, text;
};

[[noreturn]] void fail(const std::string& file, std::string_view what) {
  throw Error{Errc::bad_request, fmt::format("the mail template {}: {}", file, what)};
}

/// What an operator's file has, without what editors on Windows add.
std::optional<std::string> read_override(const std::filesystem::path& path) {
  std::error_code fault;
  if (std::filesystem::symlink_status(path, fault).type() == std::filesystem::file_type::not_found) return std::nullopt;
  const auto size = std::filesystem::file_size(path, fault);
  if (fault) fail(path.string(), "it cannot be read");
  std::string text(size, '\0');
  std::ifstream file{path, std::ios::binary};
  if (!file.read(text.data(), static_cast<std::streamsize>(size))) fail(path.string(), "it cannot be read");
  if (!is_utf8(text)) fail(path.string(), "it is not UTF-8");
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  std::erase(text, '\r');
  return text;
}

Source find(const std::string& name, const std::filesystem::path& overrides) {
  if (!overrides.empty())
    if (auto text = read_override(overrides / name)) return {(overrides / name).string(), std::move(*text)};
  return {name, std::string{std::ranges::find(template_files(), name, &TemplateFile::name)->text}};
}

Template parse(const Source& source, std::string_view text, const Placeholders& known) {
  try {
    return Template{text, known};
  } catch (const Error& error) {
    fail(source.name, error.what());
  }
}

MailTemplate read_mail(MailKind kind, const Language& language, const std::filesystem::path& overrides) {
  const Placeholders known = placeholders_of(kind);
  const std::string stem = fmt::format("{}/{}", language.code, to_string(kind));
  const Source text = find(stem + ".txt", overrides);
  const Source html = find(stem + ".html", overrides);
  constexpr std::string_view label = "Subject: ";
  const std::size_t head_end = text.text.find("\n\n");
  if (!text.text.starts_with(label) || head_end != text.text.find('\n') || head_end == std::string::npos)
    fail(text.name, "it has to begin with a line \"Subject: …\" and an empty line");
  const std::string_view all = text.text;
  return {.subject = parse(text, all.substr(label.size(), head_end - label.size()), known),
          .text = parse(text, all.substr(head_end + 2), known),
          .html = parse(html, html.text, known)};
}

Template read_layout(const std::filesystem::path& overrides) {
  if (!overrides.empty() && !std::filesystem::is_directory(overrides)) fail(overrides.string(), "there is no such folder");
  const Source source = find("layout.html", overrides);
  return parse(source, source.text, placeholders_of_layout());
}

}  // namespace

Placeholders placeholders_of(MailKind kind) {
  const Names always{"site", "site_url", "support"};
  const Names of_link{"filename", "size", "link", "until", "length", "downloads", "times"};
  Placeholders known{.names = always};
  if (kind == MailKind::message) {
    known.names.insert({"subject", "text", "linked", "attached"});
    known.lists = {{"links", of_link}, {"attachments", {"filename", "size"}}};
    return known;
  }
  known.names.insert(of_link.begin(), of_link.end());
  // Nobody but its holder is to read a link.
  if (kind == MailKind::receipt || kind == MailKind::failure) known.names.erase("link");
  if (kind == MailKind::warning) known.names.insert({"begun", "told_on"});
  if (kind == MailKind::receipt) known.names.insert({"customer", "token", "at"});
  if (kind == MailKind::failure) known.names.insert({"customer", "token", "at", "error", "reason"});
  return known;
}

Placeholders placeholders_of_layout() {
  return {.names = {"language", "subject", "content", "site", "site_url"}};
}

Templates::Templates(const std::filesystem::path& overrides) : layout_(read_layout(overrides)) {
  for (const Language& language : languages())
    for (const MailKind kind : kinds)
      mails_.emplace(std::pair{kind, std::string{language.code}}, read_mail(kind, language, overrides));
}

const MailTemplate& Templates::of(MailKind kind, const Language& language) const {
  return mails_.at({kind, std::string{language.code}});
}

}  // namespace claimcheck::cron
