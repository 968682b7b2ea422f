#include "fcgi/storages_api.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/file_path.h"
#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/page_limit.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

Json represent(const FolderEntry& entry) {
  const bool is_file = entry.kind == FolderEntry::Kind::file;
  return {{"name", entry.name},
          {"kind", is_file ? "file" : "folder"},
          {"size", is_file ? Json(entry.size) : Json(nullptr)},
          {"modified_at", format_rfc3339(entry.modified)},
          {"encrypted", entry.encrypted}};
}

FolderQuery query_of(const Request& request) {
  FolderQuery query{.folder = {}, .limit = most_on_a_page};
  for (const auto& [name, value] : request.query) {
    if (name == "folder") {
      query.folder = value;
    } else if (name == "after") {
      if (!is_filename(value)) throw bad_value("after", "after must be the name of the last entry of the page before.");
      query.after = value;
    } else if (name == "limit") {
      query.limit = static_cast<std::size_t>(page_limit(value));
    } else {
      throw bad_value(name, "The parameters here are folder, after and limit.");
    }
  }
  return query;
}

}  // namespace

Answer list_storages(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::issue);
  Json storages = Json::array();
  for (const auto& [name, storage] : services.storages)
    storages.push_back({{"name", name}, {"kind", services.places.at(name).kind}, {"browsable", storage->folders() != nullptr}});
  return {.reply = json_reply(200, Json{{"storages", std::move(storages)}}.dump())};
}

Answer list_files(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::issue);
  const auto storage = services.storages.find(request.path[2]);
  if (storage == services.storages.end()) throw Error{Errc::file_not_found, "there is no storage of that name"};
  const Folders* folders = storage->second->folders();
  if (folders == nullptr)
    throw bad_value("storage", "The files of this storage cannot be listed. Type the file's path within it.");
  const FolderQuery query = query_of(request);
  const FolderPage page = folders->list(query);
  Json entries = Json::array();
  for (const FolderEntry& entry : page.entries) entries.push_back(represent(entry));
  const Json shown{
      {"folder", query.folder}, {"entries", std::move(entries)}, {"after", page.after ? Json(*page.after) : Json(nullptr)}};
  return {.reply = json_reply(200, shown.dump())};
}

}  // namespace claimcheck::fcgi
