#include "fcgi/validate_api.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/package.h"
#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/json_body.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

const Storage& storage_of(const Services& services, const std::optional<std::string>& name) {
  if (!name && services.storages.size() == 1) return *services.storages.begin()->second;
  const auto storage = services.storages.find(name.value_or(""));
  if (storage == services.storages.end())
    throw Error{Errc::bad_request, "storage must name one of the storages in the configuration.", {{"field", "storage"}}};
  return *storage->second;
}

PackageExpectation take_expectation(JsonBody& body) {
  PackageExpectation expected;
  if (const auto size = body.take_number("size")) expected.size = *size < 0 ? 0 : static_cast<std::uint64_t>(*size);
  expected.contains = body.take_text("contains").value_or("");
  expected.sha256 = body.take_text("sha256").value_or("");
  return expected;
}

/// @param size  set to the file's, if there is one
std::optional<PackageFault> judge(const Services& services, const Storage& storage, const std::string& path,
                                  const PackageExpectation& expected, std::uint64_t& size) {
  if (auto fault = path_fault(path)) return fault;
  std::unique_ptr<OpenFile> file;
  try {
    file = storage.open(path, ServedAs::decrypted);
  } catch (const Error& error) {
    if (error.code() != Errc::file_not_found) throw;
    return file_not_found(path);
  }
  size = file->version().size;
  return services.inspect(*file, path, expected);
}

}  // namespace

Answer validate_file(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::issue);
  JsonBody body{request.body};
  const auto storage = body.take_text("storage");
  const auto path = body.take_text("file");
  const PackageExpectation expected = take_expectation(body);
  body.require_nothing_else();
  if (!path) throw Error{Errc::bad_request, "file must be the path of a file in the storage.", {{"field", "file"}}};
  check(expected);
  std::uint64_t size = 0;
  const auto fault = judge(services, storage_of(services, storage), *path, expected, size);
  return {.reply = json_reply(200, represent_verdict(fault, *path, size).dump()), .delivery = {}};
}

}  // namespace claimcheck::fcgi
