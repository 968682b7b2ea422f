#include "files/bucket/bucket.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/disposition.h"
#include "core/error.h"
#include "core/file_path.h"
#include "files/bucket/object_connection.h"
#include "files/bucket/outage.h"
#include "files/bucket/read_ahead.h"
#include "net/allowed_addresses.h"
#include "net/tls.h"

namespace claimcheck::files {
namespace {

using std::chrono::steady_clock;

constexpr seconds longest_look{5};    // from looking the host up to the end of the answer's head
constexpr seconds longest_begin{10};  // the same for bytes, of a host that was looked up
constexpr seconds own_lifetime{900};  // of URLs that nobody else sees

/// A version of an object.
struct Object {
  FileVersion version;
  std::string etag;  ///< empty if there is none that can be asked for
};

/// How to ask a bucket. Shared between its files and their threads.
class BucketClient {
 public:
  BucketClient(StorageSettings settings, std::string endpoint, Presign presign, BucketPorts ports)
      : settings_(std::move(settings)),
        endpoint_(std::move(endpoint)),
        presign_(std::move(presign)),
        ports_(std::move(ports)) {}

  Error fault(const std::string& what) const {
    return Error{Errc::unavailable, fmt::format("bucket {}: {}", settings_.bucket, what)};
  }

  Error unexpected(int status) const {
    const char* hint = status == 403                   ? ": are the credentials right, and may they read objects?"
                       : status >= 300 && status < 400 ? ": are endpoint and region right?"
                                                       : "";
    return fault(fmt::format("the answer is {}{}", status, hint));
  }

  std::string url(std::string method, const std::string& path, Fields query, seconds lifetime, Time now) const {
    return presign_({.method = std::move(method),
                     .address = address(path),
                     .query = std::move(query),
                     .headers = {},
                     .lifetime = std::clamp(lifetime, seconds{1}, longest_presigned),
                     .now = now});
  }
  std::string own_url(std::string method, const std::string& path) const {
    return url(std::move(method), path, {}, own_lifetime, ports_.now());
  }

  BucketServer find_server(steady_clock::time_point deadline) {
    const ObjectAddress place = address("");
    try {
      const Poco::URI parsed{place.scheme + "://" + place.authority};
      return {.scheme = place.scheme,
              .host = parsed.getHost(),
              .port = parsed.getPort(),
              .addresses = net::allowed_addresses(
                  {.scheme = place.scheme, .host = parsed.getHost(), .private_addresses = settings_.private_addresses},
                  ports_.resolve, deadline),
              .context = place.scheme == "https" ? context() : Poco::Net::Context::Ptr{}};
    } catch (const Poco::Exception& error) {
      throw fault(error.displayText());
    }
  }

  std::shared_ptr<void> take_place() const { return ports_.places->take(); }

 private:
  ObjectAddress address(const std::string& path) const {
    return object_address(endpoint_, settings_.bucket, path.empty() ? path : settings_.prefix + path, settings_.url_style);
  }

  /// Made once, since reading the system's authorities takes a while.
  Poco::Net::Context::Ptr context() {
    const std::lock_guard guard{mutex_};
    if (context_.isNull()) context_ = net::verifying_context(settings_.ca_file);
    return context_;
  }

  const StorageSettings settings_;
  const std::string endpoint_;
  const Presign presign_;
  const BucketPorts ports_;
  std::mutex mutex_;
  Poco::Net::Context::Ptr context_;
};

/// The bytes of one version of an object.
class ObjectSource final : public ByteSource {
 public:
  ObjectSource(std::shared_ptr<const BucketClient> client, BucketServer server, std::string path, Object object)
      : client_(std::move(client)), server_(std::move(server)), path_(std::move(path)), object_(std::move(object)) {}

  void begin(std::uint64_t offset) override {
    connection_.reset();
    Fields headers{{"Range", fmt::format("bytes={}-", offset)}};
    if (!object_.etag.empty()) headers.emplace_back("If-Match", object_.etag);
    connection_ =
        ask(server_, "GET", client_->own_url("GET", path_), headers, steady_clock::now() + longest_begin, interruption_);
    const ObjectAnswer& answer = connection_->answer();
    if (answer.status == 404 || answer.status == 412 || answer.status == 416) throw changed();
    // A server that knows no ranges sends all of it.
    if (answer.status != 206 && !(answer.status == 200 && offset == 0)) throw client_->unexpected(answer.status);
    if (!object_.etag.empty() && answer.etag != object_.etag) throw changed();
    const std::uint64_t size = object_.version.size;
    if (answer.status == 206 && answer.content_range != fmt::format("bytes {}-{}/{}", offset, size - 1, size)) throw changed();
    if (answer.length && answer.length != size - offset) throw client_->fault("the answer has another length than the object");
  }

  std::size_t read(std::span<char> out) override { return connection_->read(out); }
  void interrupt() override { interruption_.interrupt(); }

 private:
  static Error changed() { return Error{Errc::file_changed, "the object was changed or removed while it was read"}; }

  const std::shared_ptr<const BucketClient> client_;
  const BucketServer server_;
  const std::string path_;
  const Object object_;
  Interruption interruption_;
  std::unique_ptr<ObjectConnection> connection_;
};

class BucketFile final : public OpenFile {
 public:
  BucketFile(std::shared_ptr<void> place, FileVersion version, std::string name, std::unique_ptr<ByteSource> source)
      : place_(std::move(place)), version_(version), name_(std::move(name)), bytes_(std::move(source), version.size) {}

  FileVersion version() const override { return version_; }
  std::string name() const override { return name_; }
  bool is_ready(std::uint64_t offset) override { return bytes_.is_ready(offset); }
  std::size_t read(std::uint64_t offset, std::span<char> out) override { return bytes_.read(offset, out); }
  int descriptor() const override { return -1; }

 private:
  std::shared_ptr<void> place_;
  FileVersion version_;
  std::string name_;
  ReadAhead bytes_;
};

class Bucket final : public Storage {
 public:
  explicit Bucket(std::shared_ptr<BucketClient> client) : client_(std::move(client)) {}

  std::unique_ptr<OpenFile> open(const std::string& path, ServedAs) const override {
    if (!is_file_path(path)) throw not_found(path);
    std::shared_ptr<void> place = client_->take_place();
    const auto begun = steady_clock::now();
    if (!outage_.may_ask(begun)) throw client_->fault("it did not answer in time a moment ago");
    try {
      BucketServer server = client_->find_server(begun + longest_look);
      Object object = look(server, path, begun + longest_look);
      outage_.end();
      const FileVersion version = object.version;
      return std::make_unique<BucketFile>(std::move(place), version, std::string{last_segment(path)},
                                          std::make_unique<ObjectSource>(client_, std::move(server), path, std::move(object)));
    } catch (const Error& error) {
      if (steady_clock::now() - begun >= longest_look)
        outage_.begin(steady_clock::now());
      else
        outage_.end();
      throw;
    }
  }

  std::optional<std::string> direct_url(const Direct& wanted) const override {
    return client_->url(
        "GET", wanted.path,
        {{"response-content-disposition", content_disposition(wanted.filename)}, {"response-content-type", wanted.media_type}},
        wanted.lifetime, wanted.now);
  }

  const Folders* folders() const override { return nullptr; }

  Removed remove(const std::string&, const FileVersion&, const std::function<bool()>&) const override {
    throw client_->fault("files are not removed from here: a lifecycle rule of the bucket can do it");
  }

 private:
  static Error not_found(const std::string& path) {
    return Error{Errc::file_not_found, "there is no object that may be served at " + path};
  }

  Object look(const BucketServer& server, const std::string& path, steady_clock::time_point deadline) const {
    Interruption none;
    const auto connection = ask(server, "HEAD", client_->own_url("HEAD", path), {}, deadline, none);
    const ObjectAnswer& answer = connection->answer();
    if (answer.status == 404) throw not_found(path);
    if (answer.status != 200) throw client_->unexpected(answer.status);
    const auto modified = parse_http_date(answer.last_modified);
    if (!answer.length || !modified) throw client_->fault("the answer tells no size or no time of " + path);
    const bool weak = !answer.etag.starts_with('"');  // cannot be asked for, RFC 9110 section 13.1.1
    return {.version = {.size = *answer.length, .mtime_ns = std::chrono::nanoseconds{modified->time_since_epoch()}.count()},
            .etag = weak ? "" : answer.etag};
  }

  const std::shared_ptr<BucketClient> client_;
  mutable Outage outage_;
};

}  // namespace

std::unique_ptr<Storage> open_bucket(const StorageSettings& settings, const std::string& endpoint, Presign presign,
                                     BucketPorts ports) {
  return std::make_unique<Bucket>(std::make_shared<BucketClient>(settings, endpoint, std::move(presign), std::move(ports)));
}

}  // namespace claimcheck::files
