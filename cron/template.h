#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cron/escaping.h"

namespace claimcheck::cron {

/// What a value is, which decides how it is written in HTML.
enum class Form {
  plain,
  given,    ///< a name that a person gave, in whatever script: isolated from the direction of what stands around it
  prose,    ///< several lines of a person
  address,  ///< an http or https address; any other is left out
  contact,  ///< a mail address or URL: becomes a link
  markup,   ///< HTML already
};

struct Value {
  std::string text;
  Form form = Form::plain;
};

/// What stands for the placeholders of a template.
struct Values {
  std::map<std::string, Value, std::less<>> single;
  std::map<std::string, std::vector<Values>, std::less<>> lists;
};

/// The names that a template may use.
struct Placeholders {
  std::set<std::string, std::less<>> names;
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> lists;  ///< by list, names within it only
};

/// A text with placeholders (docs/mail-templates.md): {name}; {#name}…{/name} if it is not empty, or for each item of a list;
/// {^name}…{/name} if it is empty. A line of nothing but such section marks is not shown. All else is literal.
class Template {
 public:
  /// @param known  what it may use
  /// Throws Error{bad_request} naming the placeholder that is unknown, or whose section is not closed or not opened.
  Template(std::string_view text, const Placeholders& known);

  /// The text with its values, each escaped for its place and never looked at for placeholders again. A value that is not there
  /// is empty.
  std::string filled(const Values& values, Context context) const;

 private:
  enum class Mark { literal, value, if_any, if_none };
  struct Part {
    Mark mark;
    std::string text;  ///< literal, or a placeholder's name
    std::vector<Part> inside;
  };
  class Parser;
  class Filling;

  std::vector<Part> parts_;
};

}  // namespace claimcheck::cron
