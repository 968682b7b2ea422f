#include <fcntl.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "core/descriptor.h"
#include "cron/transport.h"
#include "tests/support/process.h"

namespace claimcheck::test {
namespace {

using cron::Dispatch;
using Outcome = Dispatch::Outcome;

const std::string sender = "shop@example.com", recipient = "ada@example.org";

/// A program that takes mails: a shell script.
class Program {
 public:
  explicit Program(const std::string& script) {
    write_file(path(), "#!/bin/sh\ncd '" + folder_.path().string() + "'\n" + script);
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
  }
  std::string path() const { return folder_ / "sendmail"; }
  std::string written(const std::string& name) const { return read_file(folder_ / name); }

 private:
  TemporaryFolder folder_;
};

TEST(MailTransportSendmail, HandsTheMailOverWithoutAShell) {
  const Program program{
      "for word in \"$0\" \"$@\"; do printf '%s\\n' \"$word\" >> argv; done\ncat > input\nls /proc/self/fd > open\n"};
  const Descriptor left_open{::open("/dev/null", O_RDONLY)};  // without O_CLOEXEC
  const Dispatch dispatch = cron::open_sendmail(program.path())
                                ->send(sender, "ada'`id`$|{x}&*?~#!/=%n@example.org", "Subject: x\r\n\r\n.\r\nlast\r\n");
  EXPECT_EQ(dispatch.outcome, Outcome::accepted) << dispatch.answer;
  EXPECT_EQ(program.written("argv"), program.path() + "\n-i\n-f\n" + sender + "\n--\nada'`id`$|{x}&*?~#!/=%n@example.org\n");
  EXPECT_EQ(program.written("input"), "Subject: x\n\n.\nlast\n");
  EXPECT_EQ(program.written("open"), "0\n1\n2\n3\n") << "3 is the listed folder itself";
}

TEST(MailTransportSendmail, TellsOutcomesByExitStatus) {
  const struct {
    const char* script;
    Outcome outcome;
    const char* said;
  } cases[] = {
      {"cat > /dev/null", Outcome::accepted, "exit status 0"},
      {"exit 75", Outcome::try_later, "exit status 75"},
      {"exit 69", Outcome::try_later, "exit status 69"},
      {"exit 70", Outcome::try_later, "exit status 70"},
      {"exit 71", Outcome::try_later, "exit status 71"},
      {"exit 1", Outcome::try_later, "exit status 1"},
      {"exit 64", Outcome::refused, "exit status 64"},
      {"exit 65", Outcome::refused, "exit status 65"},
      {"echo 'no such\n\tuser\033'; exit 67", Outcome::refused, "exit status 67: no such user?"},
      {"echo 'no such host' >&2; exit 68", Outcome::refused, "exit status 68: no such host"},
      {"exit 77", Outcome::unreachable, "exit status 77"},
      {"exit 78", Outcome::unreachable, "exit status 78"},
      {"/nonexistent/program", Outcome::unreachable, "exit status 127"},
      {"kill -TERM $$", Outcome::unreachable, "was ended by signal 15"},
      {"yes | head -c 1000000; exit 75", Outcome::try_later, "exit status 75: y y y"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.script);
    const Program program{c.script};
    const Dispatch dispatch = cron::open_sendmail(program.path())->send(sender, recipient, "Subject: x\r\n\r\n");
    EXPECT_EQ(dispatch.outcome, c.outcome);
    EXPECT_TRUE(dispatch.answer.starts_with(program.path() + ": " + c.said)) << dispatch.answer;
    EXPECT_LE(dispatch.answer.size(), 300U);
  }
}

TEST(MailTransportSendmail, TellsWhatCannotBeRun) {
  TemporaryFolder folder;
  write_file(folder / "no-program", "#!/bin/sh\n");
  for (const std::string& path :
       {std::string{folder / "nothing"}, std::string{folder / "no-program"}, folder.path().string()}) {
    const Dispatch dispatch = cron::open_sendmail(path)->send(sender, recipient, "x");
    EXPECT_EQ(dispatch.outcome, Outcome::unreachable);
    EXPECT_TRUE(dispatch.answer.starts_with(path + ": cannot be run: ")) << dispatch.answer;
  }
}

TEST(MailTransportSendmail, DoesNotWaitForAProgramThatReadsNothing) {
  const Program program{"exec 0<&-\nexit 0\n"};
  EXPECT_EQ(cron::open_sendmail(program.path())->send(sender, recipient, std::string(10'000'000, 'x')).outcome,
            Outcome::accepted);
}

TEST(MailTransportSendmail, DoesNotWaitForWhatTheProgramLeavesBehind) {
  const Program program{"sleep 1000 &\necho $! > left\nexit 0\n"};
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(cron::open_sendmail(program.path())->send(sender, recipient, "x").outcome, Outcome::accepted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{30});
  EXPECT_EQ(run({"kill", program.written("left").substr(0, program.written("left").find('\n'))}).status, 0);
}

TEST(MailTransportSendmail, EndsAProgramThatHangsAndItsChildren) {
  const Program program{"sleep 1000 &\necho $! > left\nwait\n"};
  const Dispatch dispatch = cron::open_sendmail(program.path(), seconds{1})->send(sender, recipient, "x");
  EXPECT_EQ(dispatch.outcome, Outcome::unreachable);
  EXPECT_EQ(dispatch.answer, program.path() + ": took longer than its time");
  const std::string left = program.written("left").substr(0, program.written("left").find('\n'));
  wait_until("its child has ended", [&] {
    const std::filesystem::path stat = "/proc/" + left + "/stat";
    return !std::filesystem::exists(stat) || read_file(stat).find(") Z ") != std::string::npos;
  });
}

TEST(MailTransportSendmail, RunsNothingForWhatIsNotOneAddress) {
  const Program program{"touch ran\n"};
  const auto transport = cron::open_sendmail(program.path());
  for (const char* address :
       {"", "ada", "-oQ/tmp@example.org", "-bp", "ada@example.org eve@example.net", "ada@example.org\n-t"}) {
    SCOPED_TRACE(address);
    EXPECT_EQ(transport->send(sender, address, "x").outcome, Outcome::refused);
    EXPECT_EQ(transport->send(address, recipient, "x").outcome, Outcome::unreachable);
  }
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path{program.path()}.parent_path() / "ran"));
}

}  // namespace
}  // namespace claimcheck::test
