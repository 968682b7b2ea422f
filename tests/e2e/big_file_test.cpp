#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <numeric>

#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/sha256.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr std::uint64_t mebibyte = 1 << 20, size = 1024 * mebibyte, allowed_growth = 8 * mebibyte;

/// Writes a file whose every eight bytes differ from all others. @return its SHA-256
std::string write_pattern(const std::filesystem::path& path) {
  std::ofstream file{path, std::ios::binary};
  Sha256 digest;
  std::vector<std::uint64_t> block(mebibyte / sizeof(std::uint64_t));
  for (std::uint64_t done = 0; done < size; done += mebibyte) {
    std::iota(block.begin(), block.end(), done);
    for (std::uint64_t& word : block) word *= 0x9e3779b97f4a7c15;  // odd, so no two words become equal
    const std::string_view bytes{reinterpret_cast<const char*>(block.data()), mebibyte};
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    digest.add(bytes);
  }
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return digest.hex();
}

/// The most memory that a process has had so far (VmHWM), in bytes; 0 if it is gone.
std::uint64_t peak_memory(pid_t pid) {
  std::ifstream status{fmt::format("/proc/{}/status", pid)};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

/// The largest worker seen. A plain CGI worker lives only as long as its download, so look while one runs.
class MemoryWatch {
 public:
  explicit MemoryWatch(const Site& site) : site_(site) {}
  void look() {
    for (const pid_t pid : site_.worker_pids()) peak_ = std::max(peak_, peak_memory(pid));
  }
  std::uint64_t peak() const { return peak_; }

 private:
  const Site& site_;
  std::uint64_t peak_ = 0;
};

/// Runs a client to its end, with an eye on the workers. @return what it printed
std::string watched(const std::vector<std::string>& argv, const Site& site, MemoryWatch& memory) {
  const std::filesystem::path output = site.folder() / "client.out";
  std::filesystem::remove(output);
  Process client{argv, output};
  wait_until(
      argv.front() + " ends",
      [&] {
        memory.look();
        return !client.running();
      },
      std::chrono::seconds{120});
  const std::string text = read_file(output);
  EXPECT_EQ(client.wait(), 0) << text;
  return text;
}

TEST(BigFile, ArrivesByteForByteWhileTheWorkerStaysSmall) {
  Site site;
  const std::string small = site.add_file("small.zip", "small"), big = site.add_file("big.iso", "");
  const std::string digest = write_pattern(site.uploads() / big);
  const Issued small_token = site.issue(small, {.policy = "open"}), token = site.issue(big, {.policy = "open"});

  for (const Front front : all_fronts) {
    SCOPED_TRACE(name_of(front));
    const auto server = start(front, site);
    ASSERT_EQ(fetch(site.port(), {.target = small_token.path}).body, "small");
    MemoryWatch memory{site};
    {
      HttpExchange held{site.port(), {.target = token.path}};
      ASSERT_EQ(held.head().status, 200) << site.log();
      memory.look();
    }
    const std::uint64_t at_first = memory.peak();
    ASSERT_GT(at_first, 0U);

    const auto begun = std::chrono::steady_clock::now();
    const auto piped = [&](const std::string& client) {
      return watched({"bash", "-o", "pipefail", "-c", client + R"( "$1" | openssl dgst -sha256 -r)", "bash", token.url}, site,
                     memory);
    };
    EXPECT_TRUE(piped("curl --silent --show-error --fail").starts_with(digest));
    EXPECT_TRUE(piped("wget --quiet --output-document=-").starts_with(digest));

    const std::filesystem::path copy = site.folder() / "copy.iso";
    watched({"aria2c", "--quiet", "-x16", "-s16", "--min-split-size=1M", "--file-allocation=none", "--no-conf",
             "--dir=" + site.folder().string(), "--out=copy.iso", token.url},
            site, memory);
    EXPECT_EQ(sha256_of_file(copy), digest);
    std::filesystem::remove(copy);

    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
    fmt::print("{}: 3 GiB in {:.1f} s, largest worker {} KiB at first, {} KiB at last\n", name_of(front), taken.count(),
               at_first / 1024, memory.peak() / 1024);
    EXPECT_LE(memory.peak(), at_first + allowed_growth);
  }
}

}  // namespace
}  // namespace claimcheck
