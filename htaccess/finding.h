#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/hand_off.h"

namespace claimcheck::htaccess {

/// How a check came out.
enum class State {
  ok,
  mended,      ///< it was not, and now is
  warning,     ///< it works, but could be better
  unverified,  ///< it could not be found out; the message says why
  fault,       ///< something does not work
  leak,        ///< a locked file can be had without a link
};

/// A way of delivery, as the configuration of a storage says it.
struct DeliveryWay {
  HandOff hand_off = HandOff::none;
  std::string url;  ///< the folder's URL path; empty if that way needs none

  bool operator==(const DeliveryWay&) const = default;
};

/// One line of the doctor's report. `check` is an id of checks().
struct Finding {
  std::string check;
  std::string subject;  ///< what was looked at: a storage, a file, an address
  State state = State::ok;
  std::string message;             ///< what was seen, for people
  std::string fix;                 ///< the lines to add or the command to run; empty if nothing is to be done
  bool mendable = false;           ///< `doctor --fix` can do what `fix` says
  std::optional<DeliveryWay> way;  ///< what to configure, if `fix` says that: it was tried and works

  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

/// Who does what a fix says.
enum class MendedBy { people, doctor };

/// Something the doctor looks at.
struct Check {
  std::string_view id;
  std::string_view proves;
  std::string_view fix;  ///< what to do if not, unless the finding knows better; @subject@ stands for the finding's
  MendedBy mended_by = MendedBy::people;  ///< `fix`; a fix that knows better is for people
};

/// All of them: the only place where ids and standard fixes are written.
std::span<const Check> checks();

/// A finding with the check's own fix, unless it is ok, and mendable if the doctor can do that. Throws Error{internal} if the
/// check is in no row of checks().
Finding found(std::string_view check, std::string subject, State state, std::string message);
/// The same with a fix that knows better, for people.
Finding found(std::string_view check, std::string subject, State state, std::string message, std::string fix);

/// "ok", "mended", "warning", "unverified", "fault" or "LEAK".
const char* to_string(State state);

/// Whether the site is not in order: something is a fault or a leak, or the site could not be reached at all, so that nothing
/// was proved.
bool is_ill(const Findings& findings);

void append(Findings& all, Findings more);

}  // namespace claimcheck::htaccess
