#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "fcgi/pages/language.h"

namespace claimcheck::fcgi {

/// What a refusal tells a person.
struct Explained {
  std::string_view title;    ///< heading
  std::string_view message;  ///< what happened
  std::string_view advice;   ///< what to do next
};

/// In English as the error table has it. `Errc::bad_request` says its message itself, in English.
Explained explained(Errc code, Language language);

/// The words of the landing page and of what refusals have in common. {} stands for what a sentence tells.
struct Wording {
  std::string_view code;  ///< "en": for the page and for its script

  std::string_view size, kind, available_until, time_left, downloads_left, checksum;  // what the file is
  std::string_view nothing_used;                                                      ///< that looking costs nothing
  std::string_view form, decrypted, stored;     ///< in which form an encrypted file is wanted
  std::string_view download;                    ///< the button
  std::string_view started;                     ///< after it was pressed
  std::string_view over;                        ///< at the end of the countdown
  std::string_view if_it_breaks, go_on;         ///< how to go on after a broken line
  std::string_view terminal, terminal_goes_on;  ///< the command lines, and that the same line goes on
  std::string_view copy, copied;                ///< the button beside them
  std::string_view unfurled;                    ///< what others see of the link: its size and end

  std::string_view replaced, replaced_advice;                 ///< of a link that was made anew
  std::string_view questions;                                 ///< before the support address
  std::string_view shop;                                      ///< the way to a new right
  std::string_view meanwhile;                                 ///< where the files are while the service is down
  std::string_view again;                                     ///< the page's own address once more
  std::string_view renew, renew_explained;                    ///< "send me a new link"
  std::string_view renewed, renewed_message, renewed_advice;  ///< once it was pressed
};

const Wording& wording(Language language);

/// As claimcheck::format_size(), as the language writes it: "1,5 GiB".
std::string format_size(std::uint64_t bytes, Language language);

/// What a person is told of one of a refusal's details; empty if it is none for people.
/// @param name  as in the JSON body: "expired_at"
std::string_view label_of(std::string_view name, Language language);

}  // namespace claimcheck::fcgi
