#include "core/grounds.h"

namespace claimcheck {

const char* to_string(Grounds grounds) {
  switch (grounds) {
    case Grounds::unlimited:
      return "unlimited";
    case Grounds::opened:
      return "opened";
    case Grounds::continued:
      return "continued";
    case Grounds::restarted:
      return "restarted";
    case Grounds::repeated:
      return "repeated";
    case Grounds::renewed:
      return "renewed";
  }
  return "continued";
}

std::optional<Grounds> parse_grounds(std::string_view word) {
  for (const Grounds grounds :
       {Grounds::unlimited, Grounds::opened, Grounds::continued, Grounds::restarted, Grounds::repeated, Grounds::renewed})
    if (word == to_string(grounds)) return grounds;
  return std::nullopt;
}

}  // namespace claimcheck
