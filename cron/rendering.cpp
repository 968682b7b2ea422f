#include "cron/rendering.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace claimcheck::cron {
namespace {

/// One mail being written.
class Writing {
 public:
  Writing(const MailContent& content, const Correspondence& correspondence, Time now)
      : content_(content),
        correspondence_(correspondence),
        now_(now),
        language_(language_for(content.language.empty() ? correspondence.language : content.language)) {}

  Rendered rendered(MailKind kind) const {
    const Values values = values_of(kind);
    const MailTemplate& said = correspondence_.templates.of(kind, language_);
    const std::string subject = shortened(said.subject.filled(values, Context::subject));
    Values around = values_of_site();
    around.single["language"] = {std::string{language_.code}};
    around.single["subject"] = {subject};
    around.single["content"] = {said.html.filled(values, Context::html), Form::markup};
    return {.subject = subject,
            .text = said.text.filled(values, Context::text),
            .html = correspondence_.templates.layout().filled(around, Context::html)};
  }

 private:
  Values values_of_site() const {
    const Site& site = correspondence_.site;
    return {
        .single = {{"site", {site.name}}, {"site_url", {site.url, Form::address}}, {"support", {site.support, Form::contact}}}};
  }

  std::string moment(Time time) const { return format_moment(language_, correspondence_.zone.local(time)); }

  Values values_of(const MailedLink& link) const {
    const std::int64_t left = std::max<std::int64_t>(link.max_uses - link.uses, 0);
    const bool works = now_ < link.expires_at;
    const bool opens = works && (link.max_uses == 0 || left > 0);
    const std::string address = link.secret.empty() ? std::string{} : link_to(correspondence_.site, link.secret);
    return {.single = {{"filename", {link.filename, Form::given}},
                       {"size", {format_size(language_, link.size)}},
                       {"link", {address, Form::address}},
                       {"until", {moment(link.expires_at)}},
                       {"length", {works ? format_length(language_, link.expires_at - now_) : std::string{}}},
                       {"downloads", {opens ? format_downloads(language_, left) : std::string{}}},
                       {"times", {opens ? format_times(language_, left) : std::string{}}}}};
  }

  Values values_of_message() const {
    Values values = values_of_site();
    values.single["subject"] = {content_.subject};
    values.single["text"] = {content_.text, Form::prose};
    values.single["linked"] = {counted(content_.links.size())};
    values.single["attached"] = {counted(content_.attachments.size())};
    std::vector<Values>& links = values.lists["links"];
    for (const MailedLink& link : content_.links) links.push_back(values_of(link));
    std::vector<Values>& attachments = values.lists["attachments"];
    for (const MailedFile& file : content_.attachments)
      attachments.push_back(
          {.single = {{"filename", {file.filename, Form::given}}, {"size", {format_size(language_, file.version.size)}}}});
    return values;
  }

  static std::string counted(std::size_t number) { return number == 0 ? std::string{} : fmt::format("{}", number); }

  Values values_of(MailKind kind) const {
    if (kind == MailKind::message) return values_of_message();
    if (content_.links.size() != 1)
      throw Error{Errc::internal, fmt::format("a {} mail is about one link, not {}", to_string(kind), content_.links.size())};
    const MailedLink& link = content_.links.front();
    Values values = values_of_site();
    values.single.merge(values_of(link).single);
    if (kind == MailKind::warning) {
      const bool begun = link.max_uses > 0 && link.uses >= link.max_uses;
      values.single["begun"] = {begun ? format_times(language_, link.uses) : std::string{}};
      values.single["told_on"] = {content_.told_at ? format_date(language_, correspondence_.zone.local(*content_.told_at))
                                                   : std::string{}};
    }
    if (kind == MailKind::receipt || kind == MailKind::failure) {
      values.single.erase("link");
      values.single["customer"] = {content_.customer, Form::given};
      values.single["token"] = {link.token};
      values.single["at"] = {content_.at ? moment(*content_.at) : std::string{}};
    }
    if (kind == MailKind::failure) {
      values.single["error"] = {content_.error};
      values.single["reason"] = {explain(language_, content_.error)};
    }
    return values;
  }

  const MailContent& content_;
  const Correspondence& correspondence_;
  Time now_;
  const Language& language_;
};

}  // namespace

Rendered render(MailKind kind, const MailContent& content, const Correspondence& correspondence, Time now) {
  return Writing{content, correspondence, now}.rendered(kind);
}

}  // namespace claimcheck::cron
