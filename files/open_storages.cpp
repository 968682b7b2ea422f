#include "files/open_storages.h"

#include "core/error.h"
#include "files/directory.h"

namespace claimcheck::files {
namespace {

std::unique_ptr<Storage> open(const StorageSettings& settings) {
  if (settings.kind == "directory") return open_directory(settings.root);
  throw Error{Errc::bad_request, "there is no storage of kind " + settings.kind};
}

}  // namespace

Storages open_storages(const std::map<std::string, StorageSettings>& settings) {
  Storages storages;
  for (const auto& [name, each] : settings) storages.emplace(name, open(each));
  return storages;
}

}  // namespace claimcheck::files
