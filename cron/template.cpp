#include "cron/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/ascii.h"
#include "core/error.h"
#include "core/html.h"

namespace claimcheck::cron {
namespace {

/// "{name}", "{#name}", "{^name}" or "{/name}".
struct Tag {
  char sign = '\0';  ///< '\0' for a plain placeholder
  std::string_view name;
  std::size_t length = 0;  ///< with its braces
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

/// The tag that `text` begins with, if it does.
std::optional<Tag> tag_at(std::string_view text) {
  if (!text.starts_with('{')) return std::nullopt;
  std::size_t begin = 1;
  Tag tag;
  if (text.size() > 1 && std::string_view{"#^/"}.find(text[1]) != std::string_view::npos) tag.sign = text[begin++];
  std::size_t end = begin;
  while (end < text.size() && is_name_character(text[end])) ++end;
  if (end == begin || end == text.size() || text[end] != '}') return std::nullopt;
  tag.name = text.substr(begin, end - begin);
  tag.length = end + 1;
  return tag;
}

/// Whether a line has nothing on it but marks of sections, at least one.
bool is_only_sections(std::string_view line) {
  line = trim(line);
  if (line.empty()) return false;
  for (auto tag = tag_at(line); tag && tag->sign != '\0'; tag = tag_at(line)) line.remove_prefix(tag->length);
  return line.empty();
}

std::string without_section_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    const std::string_view content = line.ends_with('\n') ? line.substr(0, end - 1) : line;
    out += is_only_sections(content) ? trim(content) : line;
    text.remove_prefix(end);
  }
  return out;
}

bool is_web_address(std::string_view text) {
  const std::string start = lower(text.substr(0, 8));
  return start.starts_with("http://") || start.starts_with("https://");
}

std::string html_contact(const std::string& contact) {
  const std::string shown = html_escaped(contact);
  if (is_web_address(contact)) return fmt::format("<a href=\"{0}\">{0}</a>", shown);
  const bool is_mail_address = contact.find('@') != std::string::npos && contact.find_first_of(" ?&%/:") == std::string::npos;
  return is_mail_address ? fmt::format("<a href=\"mailto:{0}\">{0}</a>", shown) : shown;
}

std::string html_prose(std::string_view prose) {
  std::string out;
  for (const char c : html_escaped(several_lines(prose))) out += c == '\n' ? std::string{"<br>\n"} : std::string(1, c);
  return out;
}

std::string written_in_html(const Value& value) {
  const std::string line = one_line(value.text);
  switch (value.form) {
    case Form::plain:
      return html_escaped(line);
    case Form::given:
      return line.empty() ? line : fmt::format("<bdi>{}</bdi>", html_escaped(line));
    case Form::prose:
      return html_prose(value.text);
    case Form::address:
      return is_web_address(line) ? html_escaped(line) : std::string{};
    case Form::contact:
      return html_contact(line);
    case Form::markup:
      return value.text;
  }
  return {};
}

std::string written(const Value& value, Context context) {
  if (context == Context::html) return written_in_html(value);
  if (context == Context::subject) return one_line(value.text);
  std::string text = value.form == Form::prose ? several_lines(value.text) : one_line(value.text);
  if (value.form == Form::prose || value.form == Form::given) std::ranges::replace(text, ' ', firm_space);
  return text;
}

}  // namespace

/// Reads parts up to the end of the section that they are in.
class Template::Parser {
 public:
  Parser(std::string_view text, const Placeholders& known) : rest_(text), known_(known) {}

  /// @param section  the name of the section to be closed; empty at the outside
  /// @param within   what may be used besides known_.names
  std::vector<Part> parts(std::string_view section, const std::set<std::string, std::less<>>& within) {
    std::vector<Part> parts;
    std::string literal;
    const auto keep_literal = [&] {
      if (!literal.empty()) parts.push_back({.mark = Mark::literal, .text = std::exchange(literal, {})});
    };
    while (!rest_.empty()) {
      const auto tag = tag_at(rest_);
      if (!tag) {
        literal += rest_.front();
        rest_.remove_prefix(1);
        continue;
      }
      rest_.remove_prefix(tag->length);
      keep_literal();
      if (tag->sign == '/') {
        if (tag->name != section) throw Error{Errc::bad_request, fmt::format("{{/{}}} closes no section", tag->name)};
        return parts;
      }
      parts.push_back(part(*tag, within));
    }
    if (!section.empty()) throw Error{Errc::bad_request, fmt::format("the section {{#{0}}} lacks its {{/{0}}}", section)};
    keep_literal();
    return parts;
  }

 private:
  Part part(const Tag& tag, const std::set<std::string, std::less<>>& within) {
    const auto list = known_.lists.find(tag.name);
    const bool is_list = list != known_.lists.end() && tag.sign != '\0';
    if (!is_list && !known_.names.contains(tag.name) && !within.contains(tag.name))
      throw Error{Errc::bad_request, fmt::format("unknown placeholder {{{}}}", tag.name)};
    const std::string name{tag.name};
    if (tag.sign == '\0') return {.mark = Mark::value, .text = name};
    if (tag.sign == '^') return {.mark = Mark::if_none, .text = name, .inside = parts(tag.name, within)};
    return {.mark = Mark::if_any, .text = name, .inside = parts(tag.name, is_list ? list->second : within)};
  }

  std::string_view rest_;
  const Placeholders& known_;
};

/// Writes parts with the values of one place after the other: those of a list's item stand before those around the list.
class Template::Filling {
 public:
  Filling(Context context, const Values& values) : context_(context), scopes_{&values} {}

  void add(const std::vector<Part>& parts) {
    for (const Part& part : parts) {
      if (part.mark == Mark::literal) {
        out_ += part.text;
      } else if (part.mark == Mark::value) {
        out_ += value_of(part.text);
      } else if (const auto list = scopes_.front()->lists.find(part.text); list != scopes_.front()->lists.end()) {
        add_list(part, list->second);
      } else if (value_of(part.text).empty() == (part.mark == Mark::if_none)) {
        add(part.inside);
      }
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void add_list(const Part& part, const std::vector<Values>& items) {
    if (part.mark == Mark::if_none && items.empty()) add(part.inside);
    if (part.mark == Mark::if_none) return;
    for (const Values& item : items) {
      scopes_.push_back(&item);
      add(part.inside);
      scopes_.pop_back();
    }
  }

  std::string value_of(std::string_view name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
      if (const auto found = (*scope)->single.find(name); found != (*scope)->single.end())
        return written(found->second, context_);
    return {};
  }

  Context context_;
  std::vector<const Values*> scopes_;
  std::string out_;
};

Template::Template(std::string_view text, const Placeholders& known) {
  const std::string shown = without_section_lines(text);
  parts_ = Parser{shown, known}.parts({}, {});
}

std::string Template::filled(const Values& values, Context context) const {
  Filling filling{context, values};
  filling.add(parts_);
  return context == Context::text ? wrapped(filling.take()) : filling.take();
}

}  // namespace claimcheck::cron
