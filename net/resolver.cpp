#include "net/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <memory>
#include <system_error>
#include <thread>

#include "core/error.h"

namespace claimcheck::net {
namespace {

using std::chrono::steady_clock;

std::string numeric(const addrinfo& found) {
  std::array<char, NI_MAXHOST> text{};
  const int fault = getnameinfo(found.ai_addr, found.ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  return fault == 0 ? text.data() : "";
}

/// @return nothing if there is none
std::vector<std::string> addresses_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{found, &freeaddrinfo};
  std::vector<std::string> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) addresses.push_back(numeric(*each));
  return addresses;
}

/// getaddrinfo() cannot be told how long to wait, so a thread waits for it, and is left alone if that takes too long.
std::vector<std::string> resolve(const std::string& host, steady_clock::time_point deadline) {
  std::packaged_task<std::vector<std::string>()> task{[host] { return addresses_of(host); }};
  auto addresses = task.get_future();
  try {
    std::thread{std::move(task)}.detach();
  } catch (const std::system_error&) {
    throw Error{Errc::unavailable, host + ": no thread to look it up"};
  }
  if (addresses.wait_until(deadline) != std::future_status::ready)
    throw Error{Errc::unavailable, host + ": the name could not be looked up in time"};
  return addresses.get();
}

}  // namespace

Resolve system_resolver() {
  return resolve;
}

}  // namespace claimcheck::net
