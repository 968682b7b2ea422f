#include "fcgi/message_api.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/message.h"
#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/json_body.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {

const Seal& require_mail(const Services& services) {
  if (services.seal == nullptr)
    throw Error{Errc::bad_request, "No mail is sent from here: [mail] transport is off, or the worker cannot read its key."};
  return *services.seal;
}

Answer send_message(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::issue);
  JsonBody body{request.body};
  MessageRequest wanted{.recipients = body.take_list("recipients"),
                        .subject = body.take_text("subject").value_or(""),
                        .text = body.take_text("text").value_or(""),
                        .storage = body.take_text("storage").value_or(""),
                        .files = body.take_list("files"),
                        .language = body.take_text("language").value_or(""),
                        .facts = body.take_texts("facts")};
  body.require_nothing_else();
  const IssueMeans issuing = issue_means(services);
  const QueuedMessage queued = queue_message(std::move(wanted), {.issuing = issuing,
                                                                 .outbox = services.outbox,
                                                                 .seal = require_mail(services),
                                                                 .attach_up_to = services.mail.attach_up_to});
  return {.reply = json_reply(202, represent(queued).dump())};
}

}  // namespace claimcheck::fcgi
