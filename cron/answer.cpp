#include "cron/answer.h"

#include "core/ascii.h"
#include "core/outbox.h"

namespace claimcheck::cron {

std::string printable(std::string_view said) {
  std::string line;
  for (const char c : said) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (blank && (line.empty() || line.back() == ' ')) continue;
    line += blank ? ' ' : c > ' ' && c <= '~' ? c : '?';
    if (line.size() == longest_mail_answer) break;
  }
  return std::string{trim(line)};
}

}  // namespace claimcheck::cron
