#include "core/mail.h"

#include <algorithm>
#include <array>
#include <utility>

namespace claimcheck {
namespace {

constexpr std::array<std::pair<MailKind, std::string_view>, 6> words{{{MailKind::link, "link"},
                                                                      {MailKind::warning, "warning"},
                                                                      {MailKind::receipt, "receipt"},
                                                                      {MailKind::failure, "failure"},
                                                                      {MailKind::renewal, "renewal"},
                                                                      {MailKind::message, "message"}}};

}  // namespace

std::string_view to_string(MailKind kind) {
  return std::ranges::find(words, kind, &std::pair<MailKind, std::string_view>::first)->second;
}

std::optional<MailKind> parse_mail_kind(std::string_view word) {
  const auto* found = std::ranges::find(words, word, &std::pair<MailKind, std::string_view>::second);
  if (found == words.end()) return std::nullopt;
  return found->first;
}

}  // namespace claimcheck
