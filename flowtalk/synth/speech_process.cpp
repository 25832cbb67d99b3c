#include "flowtalk/synth/speech_process.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "flowtalk/base/error.h"

namespace flowtalk::synth {
namespace {

constexpr unsigned kLongestChild_s = 120;

// An open file or socket.
class Handle {
 public:
  explicit Handle(int id = -1) : id_(id) {}
  ~Handle() {
    if (id_ >= 0) close(id_);
  }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  int id() const { return id_; }

 private:
  int id_;
};

std::pair<Handle, Handle> socket_pair(int type) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    fail("cannot make a socket for speech synthesis: {}", std::strerror(errno));
  }
  return {Handle(ends[0]), Handle(ends[1])};
}

bool send_all(int to, const void* bytes, size_t count) {
  const auto* at = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t done = send(to, at, count, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    at += done;
    count -= static_cast<size_t>(done);
  }
  return true;
}

bool receive_all(int from, void* bytes, size_t count) {
  auto* at = static_cast<char*>(bytes);
  while (count > 0) {
    const ssize_t done = recv(from, at, count, 0);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    at += done;
    count -= static_cast<size_t>(done);
  }
  return true;
}

template <class Sequence>  // a string or a vector
bool send_sequence(int to, const Sequence& values) {
  const uint64_t count = values.size();
  return send_all(to, &count, sizeof count) &&
         send_all(to, values.data(), count * sizeof(typename Sequence::value_type));
}

template <class Sequence>
bool receive_sequence(int from, Sequence& values) {
  uint64_t count = 0;
  if (!receive_all(from, &count, sizeof count)) return false;
  values.resize(count);
  return receive_all(from, values.data(), count * sizeof(typename Sequence::value_type));
}

bool send_request(int to, const std::string& text, const VoiceRecipe& r) {
  const std::array<double, 5> numbers{static_cast<double>(r.engine == Engine::kFlite), r.rate,
                                      r.pitch, r.range, r.formants};
  return send_sequence(to, text) && send_sequence(to, r.voice) &&
         send_all(to, numbers.data(), sizeof numbers);
}

bool receive_request(int from, std::string& text, VoiceRecipe& r) {
  std::array<double, 5> n{};
  if (!receive_sequence(from, text) || !receive_sequence(from, r.voice) ||
      !receive_all(from, n.data(), sizeof n)) {
    return false;
  }
  r.engine = n[0] != 0 ? Engine::kFlite : Engine::kEspeak;
  r.rate = n[1], r.pitch = n[2], r.range = n[3], r.formants = n[4];
  return true;
}

// The child of one sentence: request in, speech or the error's text out.
[[noreturn]] void speak_once(int peer) {
  alarm(kLongestChild_s);
  std::srand(1);
  std::string text, error;
  VoiceRecipe recipe;
  if (!receive_request(peer, text, recipe)) _exit(1);
  RawSpeech speech;
  try {
    speech =
        recipe.engine == Engine::kEspeak ? speak_espeak(text, recipe) : speak_flite(text, recipe);
  } catch (const std::exception& e) {
    error = e.what();
  }
  const bool sent = send_all(peer, &speech.rate_hz, sizeof speech.rate_hz) &&
                    send_sequence(peer, speech.samples) && send_sequence(peer, speech.phones) &&
                    send_sequence(peer, error);
  _exit(sent ? 0 : 1);
}

// A message of one byte that carries a socket (unix(7), SCM_RIGHTS).
struct SocketMessage {
  SocketMessage() {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = space;
    header.msg_controllen = sizeof space;
  }
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
};

bool send_socket(int to, int socket) {
  SocketMessage message;
  cmsghdr* control = CMSG_FIRSTHDR(&message.header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(control), &socket, sizeof(int));
  ssize_t done = 0;
  do {
    done = sendmsg(to, &message.header, MSG_NOSIGNAL);
  } while (done < 0 && errno == EINTR);
  return done == 1;
}

// -1 when the other side is gone.
int receive_socket(int from) {
  SocketMessage message;
  ssize_t done = 0;
  do {
    done = recvmsg(from, &message.header, MSG_CMSG_CLOEXEC);
  } while (done < 0 && errno == EINTR);
  const cmsghdr* control = done == 1 ? CMSG_FIRSTHDR(&message.header) : nullptr;
  if (control == nullptr || control->cmsg_type != SCM_RIGHTS) return -1;
  int socket = -1;
  std::memcpy(&socket, CMSG_DATA(control), sizeof(int));
  return socket;
}

// Forks a child for every socket that comes in, until the program that asks has ended.
[[noreturn]] void serve(int requests) {
  std::signal(SIGCHLD, SIG_IGN);  // children are not waited for
  for (int peer = receive_socket(requests); peer >= 0; peer = receive_socket(requests)) {
    if (fork() == 0) {
      close(requests);
      speak_once(peer);
    }
    close(peer);  // if fork failed, the asker sees its socket end
  }
  _exit(0);
}

struct SpeechProcess {
  Handle requests;
  bool espeak = false;

  SpeechProcess() {
    prepare_flite();
    espeak = prepare_espeak();
    auto [ours, theirs] = socket_pair(SOCK_SEQPACKET);
    const pid_t process = fork();
    if (process < 0) fail("cannot start a process for speech synthesis: {}", std::strerror(errno));
    if (process == 0) {
      ours = Handle();
      serve(theirs.id());
    }
    requests = std::move(ours);
  }
};

const SpeechProcess& speech_process() {
  static const auto* const kept = new SpeechProcess;  // ends with the program
  return *kept;
}

}  // namespace

bool start_speech_process() { return speech_process().espeak; }

RawSpeech speak_in_process(const std::string& text, const VoiceRecipe& recipe) {
  auto [ours, theirs] = socket_pair(SOCK_STREAM);
  if (!send_socket(speech_process().requests.id(), theirs.id())) {
    fail("the process for speech synthesis has ended; start flowtalk again");
  }
  theirs = Handle();  // ours reports the end of the child
  RawSpeech speech;
  std::string error;
  const bool whole = send_request(ours.id(), text, recipe) &&
                     receive_all(ours.id(), &speech.rate_hz, sizeof speech.rate_hz) &&
                     receive_sequence(ours.id(), speech.samples) &&
                     receive_sequence(ours.id(), speech.phones) &&
                     receive_sequence(ours.id(), error);
  if (!whole) fail("speech synthesis stopped while speaking '{}' with {}", text, recipe.voice);
  if (!error.empty()) throw Error(error);
  return speech;
}

}  // namespace flowtalk::synth
