// Workers are replaced while clients are served: no request fails, and downloads that run are finished.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <thread>

#include "tests/support/effort.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/shipped.h"
#include "tests/support/socket_unit.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr std::chrono::minutes patience{3};
const int rounds = rounds_of(5, 50);

/// Clients that fetch a file again and again until they are told to stop.
class Clients {
 public:
  Clients(int port, std::string path, std::string digest) : port_(port), path_(std::move(path)), digest_(std::move(digest)) {
    for (int i = 0; i < 4; ++i) threads_.emplace_back([this] { ask_on(); });
  }
  ~Clients() { stop(); }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  void wait_for_more(std::size_t count) const {
    const std::size_t enough = answered_ + count;
    wait_until("more answers", [&] { return answered_ >= enough; }, patience);
  }
  void stop() {
    ends_ = true;
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  std::size_t answered() const { return answered_; }
  /// What went wrong; after stop().
  std::string failures() const { return fmt::format("{}", fmt::join(failures_, "\n")); }

 private:
  void ask_on() {
    while (!ends_) {
      std::string failure;
      try {
        const Answer answer = fetch(port_, {.target = path_}, {}, patience);
        if (answer.status != 200 || answer.sha256 != digest_)
          failure = fmt::format("{} with {} bytes", answer.status, answer.received);
      } catch (const std::exception& fault) {
        failure = fault.what();
      }
      if (!failure.empty()) {
        const std::lock_guard lock{mutex_};
        failures_.push_back(failure);
      }
      ++answered_;
    }
  }

  int port_;
  std::string path_, digest_;
  std::atomic<bool> ends_ = false;
  std::atomic<std::size_t> answered_ = 0;
  std::mutex mutex_;
  std::vector<std::string> failures_;
  std::vector<std::thread> threads_;
};

/// A download whose client takes the beginning, and the rest when it is asked to.
class SlowDownload {
 public:
  SlowDownload(int port, const std::string& path) : exchange_(port, {.target = path}, patience) {
    status_ = exchange_.head().status;
    take(100'000);
  }
  void expect_rest(const std::string& digest) {
    while (take(buffer_.size()) > 0) continue;
    EXPECT_EQ(status_, 200);
    EXPECT_TRUE(exchange_.complete());
    EXPECT_EQ(hash_.hex(), digest);
  }

 private:
  std::size_t take(std::size_t most) {
    const std::size_t count = exchange_.read(std::span{buffer_}.first(most));
    hash_.add({buffer_.data(), count});
    return count;
  }

  HttpExchange exchange_;
  int status_ = 0;
  Sha256 hash_;
  std::array<char, 1 << 18> buffer_{};
};

class SocketActivation : public testing::Test {
 protected:
  /// Puts a program into the place of the one that runs, as an update should: by renaming.
  static void replace(const fs::path& program) {
    const fs::path fresh = program.string() + ".new";
    fs::copy_file(fs::path{CLAIMCHECK_BIN_DIR} / program.filename(), fresh);
    give_to_site_user(fresh);
    fs::rename(fresh, program);
  }
  static bool runs_replaced_program(Process& worker) {
    return fs::read_symlink(fmt::format("/proc/{}/exe", worker.pid())).string().ends_with(" (deleted)");
  }
  std::ptrdiff_t workers_started() const {
    std::ptrdiff_t count = 0;
    const std::string log = site.log();
    for (auto at = log.find("\"started\""); at != std::string::npos; at = log.find("\"started\"", at + 1)) ++count;
    return count;
  }
  void expect_none_failed(Clients& clients) {
    clients.stop();
    EXPECT_EQ(clients.failures(), "") << server->log();
    fmt::print("{} requests answered\n", clients.answered());
  }

  Site site{{}, "[worker]\ndrain = \"2m\"\nstall_timeout = \"45s\"\n"};
  const std::string large = noise(48 << 20), small = noise(20'000);
  const std::string large_digest = sha256(large), small_digest = sha256(small);
  const Issued film = site.issue(site.add_file("film.bin", large));
  const Issued leaflet = site.issue(site.add_file("leaflet.pdf", small), {.policy = "open"});
  std::unique_ptr<FrontEnd> server;
};

/// Whether all threads of a process wait for something.
bool all_asleep(pid_t process) {
  const auto sleeps = [](const fs::directory_entry& thread) {
    return read_file(thread.path() / "status").find("\nState:\tS") != std::string::npos;
  };
  const fs::directory_iterator threads{fmt::format("/proc/{}/task", process)};
  return std::all_of(fs::begin(threads), fs::end(threads), sleeps);
}

/// Behind the servers that connect to a socket, each with its shipped file.
class WorkerRestart : public SocketActivation, public testing::WithParamInterface<const char*> {};

TEST_P(WorkerRestart, TwoWorkersOnOneSocketAreRestartedInTurn) {
  const SocketUnit unit{site};
  auto first = unit.start("1");
  server = start_shipped(GetParam(), site, unit.path());
  SlowDownload download{site.port(), film.path};
  auto second = unit.start("2");
  Clients clients{site.port(), leaflet.path, small_digest};
  clients.wait_for_more(50);

  replace(site.folder() / "bin/claimcheck.fcgi");
  first->signal(SIGTERM);
  clients.wait_for_more(100);
  ASSERT_TRUE(first->running()) << "a download goes on";
  EXPECT_TRUE(runs_replaced_program(*first));
  download.expect_rest(large_digest);
  EXPECT_EQ(first->wait(), 0);
  first = unit.start("1");
  clients.wait_for_more(20);
  for (int round = 0; round < rounds; ++round) {
    for (auto* worker : {&second, &first}) {
      (*worker)->signal(SIGTERM);
      EXPECT_EQ((*worker)->wait(), 0);
      *worker = unit.start("again");
      clients.wait_for_more(10);
    }
  }
  EXPECT_FALSE(runs_replaced_program(*first) || runs_replaced_program(*second));
  expect_none_failed(clients);
  EXPECT_EQ(site.show(film.id).at("uses"), 1);
  EXPECT_EQ(site.show(film.id).at("deliveries").at(0).at("outcome"), "complete");
}

TEST_P(WorkerRestart, BehindTheSocketOfASingleWorkerRequestsWaitForTheNext) {
  const SocketUnit unit{site};
  auto worker = unit.start("1");
  server = start_shipped(GetParam(), site, unit.path());
  SlowDownload download{site.port(), film.path};
  worker->signal(SIGTERM);
  // A thread that was about to take a request when the signal came may take it still.
  wait_until("the worker's threads have seen the signal", [&] { return all_asleep(worker->pid()); });
  std::vector<std::unique_ptr<HttpExchange>> waiting;
  for (int i = 0; i < 8; ++i)
    waiting.push_back(std::make_unique<HttpExchange>(site.port(), HttpRequest{.target = "/dl/readyz"}, patience));
  download.expect_rest(large_digest);
  EXPECT_EQ(worker->wait(), 0);
  EXPECT_EQ(site.log().find("\"route\":\"readyz\""), std::string::npos) << "the one that ends took a new request";
  worker = unit.start("1");
  for (const auto& each : waiting) EXPECT_EQ(each->head().status, 200) << server->log();
}

TEST_P(WorkerRestart, ANewWorkerTakesTheSocketOverAndTheOldOneEndsWithItsDownloads) {
  auto worker = site.start_worker("worker");
  server = start_shipped(GetParam(), site, site.socket_address("worker").substr(5));
  SlowDownload download{site.port(), film.path};
  Clients clients{site.port(), leaflet.path, small_digest};
  clients.wait_for_more(50);

  const auto take_over = [&] {
    replace(site.docroot() / "claimcheck/claimcheck.fcgi");
    const std::ptrdiff_t before = workers_started();
    auto next = site.start_worker("worker");
    wait_until("the new worker has the socket", [&] { return workers_started() > before; }, patience);
    std::swap(worker, next);
    next->signal(SIGTERM);
    return next;
  };
  const auto old = take_over();
  clients.wait_for_more(100);
  ASSERT_TRUE(old->running()) << "a download goes on";
  EXPECT_TRUE(runs_replaced_program(*old));
  download.expect_rest(large_digest);
  EXPECT_EQ(old->wait(), 0);
  for (int round = 0; round < rounds; ++round) {
    EXPECT_EQ(take_over()->wait(), 0);
    clients.wait_for_more(20);
  }
  expect_none_failed(clients);
  EXPECT_EQ(site.show(film.id).at("uses"), 1);
}

TEST_F(SocketActivation, WhoFoundTheOldSocketJustBeforeItWasTakenOverIsAnsweredByTheOldWorker) {
  const std::string path = site.socket_address("worker").substr(5), found = path + ".found";
  auto old = site.start_worker("worker");
  fs::create_hard_link(path, found);
  const auto fresh = site.start_worker("worker");
  wait_until("the new worker has the socket", [&] { return workers_started() == 2; }, patience);
  old->signal(SIGTERM);
  EXPECT_EQ(call("unix:" + found, cgi_variables({.target = leaflet.path})).sha256, small_digest);
  EXPECT_EQ(old->wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(Shipped, WorkerRestart, testing::Values("apache-proxy-fcgi.conf", "nginx.conf", "lighttpd.conf"),
                         [](const auto& instance) {
                           const std::string file = instance.param;
                           return file == "nginx.conf" ? "Nginx" : file == "lighttpd.conf" ? "Lighttpd" : "ApacheProxyFcgi";
                         });

TEST_F(SocketActivation, SystemdsOwnProgramStartsTheWorkerWithTheFirstRequest) {
  const std::string path = site.folder() / "data/activated.sock";
  Process worker{
      as_site_user({"systemd-socket-activate", "-l", path, copy_for_site_user(fs::path{CLAIMCHECK_BIN_DIR} / "claimcheck.fcgi"),
                    "--config", site.config()}),
      site.folder() / "activated.log"};
  wait_until("systemd-socket-activate listens", [&] { return fs::exists(path); });
  EXPECT_EQ(call("unix:" + path, cgi_variables({.target = "/dl/readyz"})).status, 200);
  EXPECT_NE(site.log().find("\"listen\":\"systemd\""), std::string::npos) << site.log();
  EXPECT_EQ(call("unix:" + path, cgi_variables({.target = film.path})).sha256, large_digest);
  worker.signal(SIGTERM);
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_TRUE(fs::exists(path)) << "it is not the worker's to remove";
}

TEST_F(SocketActivation, WhatIsNoSocketForThisMachineAloneIsRefused) {
  const auto listening = [](std::uint32_t address) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in any{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {.s_addr = htonl(address)}, .sin_zero = {}};
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 || ::listen(fd, 1) != 0)
      throw std::runtime_error("cannot listen");
    return fd;
  };
  const int loopback = listening(INADDR_LOOPBACK), everywhere = listening(INADDR_ANY);
  const int no_listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const struct {
    const char* name;
    int socket;
    const char* count;
    const char* said;  ///< empty: it is taken
  } cases[] = {
      {"one of this machine", loopback, "1", ""},
      {"one for everybody", everywhere, "1", "for this machine alone"},
      {"one that does not listen", no_listener, "1", "for this machine alone"},
      {"two", loopback, "2", "2 sockets"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const fs::path log = site.folder() / (std::string{c.name} + ".log");
    const std::ptrdiff_t before = workers_started();
    const auto worker = start_with_socket({fs::path{CLAIMCHECK_BIN_DIR} / "claimcheck.fcgi", "--config", site.config()},
                                          c.socket, log, c.count);
    if (std::string{c.said}.empty()) {
      wait_until("it has started", [&] { return workers_started() > before; }, patience);
      worker->signal(SIGTERM);
      EXPECT_EQ(worker->wait(), 0);
    } else {
      EXPECT_NE(worker->wait(), 0);
      EXPECT_NE(read_file(log).find(c.said), std::string::npos) << read_file(log);
    }
  }
  for (const int fd : {loopback, everywhere, no_listener}) ::close(fd);
}

TEST_F(SocketActivation, UnderFcgidARenamedWorkerTakesOver) {
  server = start_shipped("apache-fcgid.conf", site, "");
  SlowDownload download{site.port(), film.path};
  Clients clients{site.port(), leaflet.path, small_digest};
  clients.wait_for_more(20);
  const fs::path program = site.docroot() / "claimcheck/claimcheck.fcgi";
  for (int round = 0; round < 3; ++round) {
    replace(program);
    clients.wait_for_more(20);
  }
  EXPECT_FALSE(site.worker_pids().empty()) << "none runs the new program";
  download.expect_rest(large_digest);
  expect_none_failed(clients);
}

}  // namespace
}  // namespace claimcheck
