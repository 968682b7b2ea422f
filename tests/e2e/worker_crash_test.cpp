#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/effort.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr std::size_t file_size = 8 << 20;
constexpr std::size_t budget = 2 * file_size + (1 << 20);
constexpr int whole_streams = 4, range_streams = 4;  // of each killed worker

/// A part of a download that a killed worker left unfinished.
struct Piece {
  std::size_t first = 0, length = 0;
  std::size_t received = 0;
};

/// A single-use token and what its holder has.
struct Download {
  Issued token;
  std::vector<Piece> pieces;
  bool checkpointed = false;  ///< the store knows all that was sent
};

/// A site whose workers are killed.
class Victims {
 public:
  Victims(const char* name, const std::string& store_url) : name_(name), site_(store_url) {
    content_ = noise(file_size);
    file_ = site_.add_file("release.zip", content_);
  }

  const char* name() const { return name_; }
  std::size_t streams() const { return streams_; }

  /// Starts a worker, begins eight downloads, waits until all are under way, and kills the worker.
  void kill_one(bool after_a_checkpoint) {
    const auto worker = site_.start_worker("victim");
    std::vector<Download> begun;
    std::vector<std::unique_ptr<FastCgiExchange>> lines;
    const auto begin = [&](Download& download, Piece piece) {
      auto line = std::make_unique<FastCgiExchange>(site_.socket_address("victim"));
      line->request(cgi_variables(request(download, piece.first, piece.length)));
      // Nobody reads: it stays in the middle, when the buffers on the way are full.
      lines.push_back(std::move(line));
      download.pieces.push_back(piece);
    };
    for (int i = 0; i < whole_streams; ++i) {
      begun.push_back({.token = site_.issue(file_)});
      begin(begun.back(), {.first = 0, .length = file_size});
    }
    begun.push_back({.token = site_.issue(file_)});
    constexpr std::size_t share = file_size / range_streams;
    for (std::size_t i = 0; i < range_streams; ++i) begin(begun.back(), {.first = i * share, .length = share});
    wait_until("all downloads are under way", [&] {
      return std::ranges::all_of(begun, [&](const Download& each) {
        const auto claims = site_.show(each.token.id).at("claims");
        if (claims.empty() || claims.at(0).at("active").size() != each.pieces.size()) return false;
        return !after_a_checkpoint || claims.at(0).at("active").at(0).at("sent") > 0;
      });
    });
    worker->kill();
    for (Download& download : begun) download.checkpointed = after_a_checkpoint;
    std::size_t line = 0;
    for (Download& download : begun)
      for (Piece& piece : download.pieces) {
        const FastCgiAnswer rest = lines[line++]->answer();
        EXPECT_FALSE(rest.ended);
        piece.received = rest.received;
        EXPECT_LT(piece.received, piece.length);
        ++streams_;
      }
    downloads_.insert(downloads_.end(), begun.begin(), begun.end());
  }

  /// Lets the cron settle what is due. @return how many deliveries it has settled in all so far
  std::size_t settle() {
    if (std::chrono::steady_clock::now() - last_cron_ < std::chrono::seconds{1}) return settled_;
    last_cron_ = std::chrono::steady_clock::now();
    const Finished cron = site_.cron({"--json"});
    if (cron.status == 0) settled_ += nlohmann::json::parse(cron.out).at("interrupted").get<std::size_t>();
    return settled_;
  }

  void expect_every_delivery_is_final() {
    for (const Download& download : downloads_) {
      const auto shown = site_.show(download.token.id);
      EXPECT_EQ(shown.at("uses"), 1);
      ASSERT_EQ(shown.at("claims").size(), 1U);
      EXPECT_TRUE(shown.at("claims").at(0).at("active").empty());
      std::set<std::string> ids;
      for (const auto& delivery : shown.at("deliveries")) {
        EXPECT_EQ(delivery.at("outcome"), "interrupted");
        ids.insert(delivery.at("id"));
      }
      EXPECT_EQ(ids.size(), download.pieces.size()) << shown.dump(2);
      EXPECT_EQ(shown.at("deliveries").size(), download.pieces.size());
    }
  }

  /// Every holder gets what he lacks, on his use and no other.
  void expect_every_download_is_finished() {
    const auto worker = site_.start_worker("heir");
    std::size_t number = 0;
    for (Download& download : downloads_) {
      const bool from_zero = ++number % 4 == 0 && download.pieces.size() == 1;
      std::string copy(file_size, '\0');
      std::size_t out = 0, hidden = 0;
      for (Piece& piece : download.pieces) {
        const std::size_t has = from_zero ? 0 : piece.received;
        copy.replace(piece.first, has, content_, piece.first, has);
        out += piece.received;
        hidden += download.checkpointed ? 0 : piece.received;
        const FastCgiAnswer rest = ask(download, piece.first + has, piece.length - has);
        ASSERT_TRUE(rest.complete) << rest.status << ": " << rest.body.substr(0, 300);
        copy.replace(piece.first + has, rest.received, rest.body);
        out += rest.received;
      }
      EXPECT_TRUE(copy == content_);
      // What was sent within five seconds before the kill is not known to have been: such a claim is not complete yet, and is
      // good for one more beginning within its budget.
      for (FastCgiAnswer more = ask(download, 0, file_size); more.status != 410; more = ask(download, 0, file_size)) {
        EXPECT_EQ(more.status, 200) << more.body.substr(0, 300);
        EXPECT_FALSE(download.checkpointed || from_zero) << "it was complete";
        out += more.received;
        ASSERT_LE(out, budget + hidden);
      }
      EXPECT_EQ(site_.show(download.token.id).at("uses"), 1);
    }
  }

  std::size_t downloads() const { return downloads_.size(); }

 private:
  static HttpRequest request(const Download& download, std::size_t first, std::size_t length) {
    HttpRequest request{.target = download.token.path};
    if (length < file_size) request.headers.emplace_back("Range", fmt::format("bytes={}-{}", first, first + length - 1));
    return request;
  }

  FastCgiAnswer ask(const Download& download, std::size_t first, std::size_t length) {
    return call(site_.socket_address("heir"), cgi_variables(request(download, first, length)), {}, {.keep = file_size});
  }

  const char* name_;
  Site site_;
  std::string content_, file_;
  std::vector<Download> downloads_;
  std::size_t streams_ = 0, settled_ = 0;
  std::chrono::steady_clock::time_point last_cron_;
};

TEST(WorkerCrash, EveryDeliveryOfAKilledWorkerIsFinalWithinAMinuteAndEveryDownloadGoesOnOnItsUse) {
  const int kills = rounds_of(6, 50);
  std::vector<std::unique_ptr<Victims>> places;
  places.push_back(std::make_unique<Victims>("SQLite", ""));
  places.push_back(std::make_unique<Victims>("MariaDB", MariaDb::shared().fresh_schema("worker_crash")));
  for (const auto& victims : places)
    for (int i = 0; i < kills; ++i) victims->kill_one(i % 10 == 0);
  const auto killed = std::chrono::steady_clock::now();
  for (const auto& victims : places)
    wait_until("all deliveries are settled", [&] { return victims->settle() >= victims->streams(); }, std::chrono::seconds{70});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - killed;
  EXPECT_LE(taken.count(), 60.0);
  for (const auto& victims : places) {
    SCOPED_TRACE(victims->name());
    EXPECT_EQ(victims->settle(), victims->streams()) << "each is settled once";
    victims->expect_every_delivery_is_final();
    victims->expect_every_download_is_finished();
    fmt::print(
        "{}: {} workers killed, {} streams interrupted and settled {:.0f} s after the last kill, {} downloads finished on "
        "their use\n",
        victims->name(), kills, victims->streams(), taken.count(), victims->downloads());
  }
}

}  // namespace
}  // namespace claimcheck
