#include "htaccess/delivery_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/error.h"
#include "core/quantity.h"
#include "htaccess/hand_off_check.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;

/// Text: what compressors like best.
std::string text_for(const std::string& word) {
  constexpr int lines = 2000;
  std::string text = word + "\n";
  for (int i = 0; i < lines; ++i) text += "claimcheck looks whether this arrives, and all of it\n";
  return text;
}

std::string after(const WebAnswer& answer, const char* name) {
  return answer.header(name).value_or("");
}

class DeliveryCheck {
 public:
  DeliveryCheck(const LockedFolder& folder, Exact exact, const TestLink& link, const std::string& content, const Fetch& fetch)
      : folder_(folder), exact_(exact), link_(link), content_(content), fetch_(fetch) {}

  Findings run() {
    const WebAnswer whole = ask("GET", {{"Accept-Encoding", "gzip, deflate, br"}});
    if (whole.failure != Failure::none)
      return {found("delivery", folder_.storage, State::unverified, "the link could not be asked: " + whole.reason)};
    if (const auto refused = refusal(whole)) return {*refused};
    transform(whole);
    length(whole);
    fields(whole);
    parts(whole);
    if (findings_.empty())
      findings_.push_back(found(
          "delivery", folder_.storage, State::ok,
          exact_ == Exact::always ? "a link gives exactly the file, sent by the worker: whole, in part, and by condition"
                                  : "a link gives exactly the file, sent by the web server: whole, in part, and by condition"));
    return std::move(findings_);
  }

 private:
  WebAnswer ask(const char* method, Fields headers) {
    return fetch_({.method = method, .url = link_.url, .headers = std::move(headers)});
  }

  void add(const char* check, State state, std::string message) {
    findings_.push_back(found(check, folder_.storage, state, std::move(message)));
  }

  std::optional<Finding> refusal(const WebAnswer& answer) const {
    if (answer.status == 200) return std::nullopt;
    const std::string seen = fmt::format("a link to a file that is there got {}", answer.status);
    if (answer.status == 404 || answer.status == 503)
      return found("permission.storage", folder_.path.string(), State::fault, seen + ": the worker cannot read the storage");
    return found("delivery", folder_.storage, State::fault, seen);
  }

  void transform(const WebAnswer& answer) {
    if (const auto packed = answer.header("Content-Encoding"); packed && *packed != "identity")
      return add("delivery.transform", State::fault, fmt::format("the file arrives packed ({})", *packed));
    if (answer.body != content_)
      add("delivery.transform", State::fault,
          fmt::format("other bytes arrive than the file has ({} of {})", answer.body.size(), content_.size()));
  }

  void length(const WebAnswer& answer) {
    if (answer.header("Content-Encoding")) return;
    if (after(answer, "Content-Length") != std::to_string(content_.size()))
      add("delivery.length", State::fault, "Content-Length does not arrive");
  }

  void fields(const WebAnswer& answer) {
    if (const std::string name = inner_header(answer); !name.empty())
      add("delivery", State::fault,
          fmt::format("the header field {}, which is for the web server alone, reaches visitors", name));
    if (after(answer, "Cache-Control").find("no-store") == std::string::npos)
      add("delivery", State::fault, "Cache-Control: private, no-store does not arrive: caches may keep the file");
    if (!after(answer, "Content-Disposition").starts_with("attachment"))
      add("delivery", State::fault, "Content-Disposition does not arrive: browsers show the file instead of keeping it");
  }

  void parts(const WebAnswer& whole) {
    constexpr std::size_t first = 10, last = 29;
    const WebAnswer part = ask("GET", {{"Range", fmt::format("bytes={}-{}", first, last)}});
    if (part.status != 206 || part.body != content_.substr(first, last - first + 1))
      add("delivery", State::fault,
          fmt::format("a range got {} with {} bytes instead of 206 with 20", part.status, part.body.size()));
    const WebAnswer head = ask("HEAD", {});
    const std::string etag = after(whole, "ETag");
    if (head.status != 200 || !head.body.empty()) add("delivery", State::fault, fmt::format("HEAD got {}", head.status));
    // Whoever packs the bytes changes the ETag rightly; that is told already.
    const bool packed = whole.header("Content-Encoding").has_value();
    if (!packed && (etag.empty() || etag != after(head, "ETag")))
      add("delivery", State::fault,
          fmt::format("our ETag does not arrive (GET {}, HEAD {}): downloads may not resume", etag, after(head, "ETag")));
    const WebAnswer same = ask("GET", {{"If-None-Match", after(head, "ETag")}});
    if (same.status != 304)
      add("delivery", State::fault, fmt::format("a conditional request got {} instead of 304", same.status));
  }

  const LockedFolder& folder_;
  Exact exact_;
  const TestLink& link_;
  const std::string& content_;
  const Fetch& fetch_;
  Findings findings_;
};

/// More than all buffers that are there anyway, kernels' too: up to ten megabytes for every web server on the way.
constexpr std::uint64_t large = 32ULL << 20;
constexpr std::size_t taken = 1ULL << 20;

std::uintmax_t largest_file(const fs::path& root) {
  std::uintmax_t largest = 0;
  std::error_code gone;
  fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied, gone);
  for (; !gone && entry != fs::recursive_directory_iterator(); entry.increment(gone)) {
    std::error_code vanished;
    if (entry->is_regular_file(vanished) && !vanished) largest = std::max(largest, entry->file_size(vanished));
  }
  return largest;
}

}  // namespace

Findings check_delivery(const LockedFolder& folder, Exact exact, TestLinks& links, Canaries& canaries, const Fetch& fetch) {
  try {
    const Canary canary = canaries.add(folder.path, ".bin", text_for);
    const TestLink link = links.make(folder, canary, "canary.txt", 0, exact);
    const std::string text = text_for(canary.word);
    return DeliveryCheck{folder, exact, link, text, fetch}.run();
  } catch (const Error& error) {
    return {found("delivery", folder.storage, State::unverified, error.what())};
  }
}

Findings check_buffering(const LockedFolder& folder, TestLinks& links, Canaries& canaries, const Fetch& fetch,
                         const std::function<void()>& wait) {
  try {
    const Canary canary = canaries.add_large(folder.path, ".bin", large);
    const TestLink link = links.make(folder, canary, "canary.bin", 1, Exact::always);
    bool buffered = false;
    const auto look = [&] {
      constexpr int looks = 20;
      for (int i = 0; i < looks && !buffered; ++i, wait()) buffered = links.completed(link);
    };
    const WebAnswer answer = fetch({.url = link.url, .most = taken, .before_closing = look});
    if (answer.status != 200 || answer.body.size() < taken)
      return {found("delivery.buffering", folder.storage, State::unverified,
                    fmt::format("a large file could not be fetched ({})", answer.status))};
    if (!buffered)
      return {found("delivery.buffering", folder.storage, State::ok, "the web server takes no more than clients do")};
    return {found("delivery.buffering", folder.storage, State::fault,
                  fmt::format("the web server took {} from the worker while the client read {}: what clients got is not known",
                              format_size(large), format_size(taken)))};
  } catch (const Error& error) {
    return {found("delivery.buffering", folder.storage, State::unverified, error.what())};
  }
}

Findings check_delivery_time(const LockedFolder& folder, const WorkerReport& report) {
  // FcgidBusyTimeout is 300 seconds by default, and half a megabyte a second a slow line.
  constexpr std::uintmax_t longest = 150'000'000;
  if (report.mode != "fastcgi" || report.server.find("Apache") == std::string::npos || folder.delivery != "stream") return {};
  const std::uintmax_t largest = largest_file(folder.path);
  if (largest <= longest) return {};
  return {found(
      "delivery.time", folder.storage, State::warning,
      fmt::format("its largest file has {}; mod_fcgid ends a worker after some 300 seconds (FcgidBusyTimeout), so slow "
                  "lines get it in pieces",
                  format_size(largest)),
      fmt::format("delivery = \"local\" in [storage.{}], or ask the host for a larger FcgidBusyTimeout", folder.storage))};
}

}  // namespace claimcheck::htaccess
