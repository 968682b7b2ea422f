#include "core/named_query.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/ascii.h"
#include "core/error.h"

namespace claimcheck {
namespace {

using std::string_view;

bool is_word_start(char c) {
  return (is_letter_or_digit(c) && (c < '0' || c > '9')) || c == '_';
}

bool is_word_part(char c) {
  return is_letter_or_digit(c) || c == '_' || c == '$';
}

bool is_space(char c) {
  return string_view{" \t\r\n\f\v"}.find(c) != string_view::npos;
}

/// Reads a query from its beginning to its end; stops at the first thing that is wrong.
class Reading {
 public:
  explicit Reading(string_view text) : text_(text) {
    while (wrong_.empty() && at_ < text_.size()) step();
    if (wrong_.empty() && depth_ != 0) wrong_ = "has brackets that do not match";
    if (wrong_.empty() && !selects_) wrong_ = "must be one SELECT";
  }

  const std::string& wrong() const { return wrong_; }
  NamedQuery result() && { return std::move(query_); }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void copy(std::size_t length) {
    query_.statement += text_.substr(at_, length);
    at_ += length;
  }

  void step() {
    const char c = peek();
    if (c == '\'' || c == '"' || c == '`') return quoted(c);
    if (c == '[') return quoted(']');
    if (c == '#' || (c == '-' && peek(1) == '-')) return line_comment();
    if (c == '/' && peek(1) == '*') return block_comment();
    if (is_word_start(c)) return word();
    if (c >= '0' && c <= '9') return copy(length_of_word());
    if (c == ':') return colon();
    if (c == ';') return refuse("must be one statement, without ';'");
    if (c == '?') return refuse("has a '?': values are written :name");
    if (c == '\0' || c == '\\') return refuse("has a character that SQL does not know");
    if (first_word_.empty() && !is_space(c)) return refuse("must begin with SELECT or WITH");
    depth_ += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth_ < 0) return refuse("has brackets that do not match");
    copy(1);
  }

  void refuse(std::string why) { wrong_ = std::move(why); }

  /// A quote that is doubled ends one piece and begins the next, which comes to the same.
  void quoted(char end) {
    if (first_word_.empty()) return refuse("must begin with SELECT or WITH");
    const std::size_t close = text_.find(end, at_ + 1);
    if (close == string_view::npos) return refuse("has a quote that does not end");
    // Whether this escapes the quote depends on the database, and so does what comes after it.
    const string_view inside = text_.substr(at_ + 1, close - at_ - 1);
    if ((end == '\'' || end == '"') && inside.find('\\') != string_view::npos)
      return refuse("has a backslash in quotes, which not every database reads alike");
    copy(close + 1 - at_);
  }

  void line_comment() {
    if (peek() == '-' && peek(2) != '\0' && !is_space(peek(2)))
      return refuse("has \"--\" without a space after it, which not every database takes for a comment");
    copy(std::min(text_.find('\n', at_), text_.size()) - at_);
  }

  void block_comment() {
    if (peek(2) == '!' || (peek(2) == 'M' && peek(3) == '!')) return refuse("has a comment that MySQL would carry out");
    const std::size_t close = text_.find("*/", at_ + 2);
    if (close == string_view::npos) return refuse("has a comment that does not end");
    copy(close + 2 - at_);
  }

  void colon() {
    if (peek(1) == ':' || peek(1) == '=') return copy(2);
    ++at_;
    if (!is_word_start(peek())) return refuse("has a ':' without a name after it");
    const std::size_t length = length_of_word();
    query_.names.emplace_back(text_.substr(at_, length));
    query_.statement += '?';
    at_ += length;
  }

  void word() {
    const std::size_t length = length_of_word();
    const std::string word = lower(text_.substr(at_, length));
    if (first_word_.empty()) {
      if (word != "select" && word != "with") return refuse("must begin with SELECT or WITH");
      first_word_ = word;
    }
    constexpr std::array<string_view, 3> never{"into", "update", "delete"};
    if (std::ranges::find(never, word) != never.end())
      return refuse("must only read: " + word + " has no place in it (as a column's name, put it in quotes)");
    const auto next = std::ranges::find_if_not(text_.substr(at_ + length), is_space);
    const bool is_function = next != text_.end() && *next == '(';
    if ((word == "insert" || word == "replace") && !is_function)
      return refuse("must only read: " + word + " has no place in it");
    selects_ = selects_ || (word == "select" && depth_ == 0);
    copy(length);
  }

  std::size_t length_of_word() const {
    const string_view rest = text_.substr(at_);
    return static_cast<std::size_t>(std::ranges::find_if_not(rest, is_word_part) - rest.begin());
  }

  string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool selects_ = false;  ///< outside of brackets
  std::string first_word_, wrong_;
  NamedQuery query_;
};

}  // namespace

std::optional<std::string> wrong_query(string_view text) {
  const Reading reading{text};
  return reading.wrong().empty() ? std::nullopt : std::optional{reading.wrong()};
}

NamedQuery parse_query(string_view text) {
  Reading reading{text};
  if (!reading.wrong().empty()) throw Error{Errc::bad_request, "the query " + reading.wrong()};
  return std::move(reading).result();
}

}  // namespace claimcheck
