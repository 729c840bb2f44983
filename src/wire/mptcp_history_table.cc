// SPDX-License-Identifier: Apache-2.0
// The table of mptcp_history.h: every field, every form, every reason.
#include "wire/mptcp_history.h"
#include "wire/mptcp_subtype.h"

namespace mptcpp::wire {
namespace {

using F = HistoryField;

constexpr std::uint8_t Packets(auto... packets) { return static_cast<std::uint8_t>((static_cast<unsigned>(packets) | ...)); }
constexpr std::uint8_t kHandshake = Packets(HistoryPacket::kSyn, HistoryPacket::kSynAck);

// --- Fields ---
constexpr F kOwnKind{
    .name = "Kind", .bits = 8, .meaning = "a TCP option kind of its own, never assigned", .must_not_be = kMptcpKind};
constexpr F kKind{.name = "Kind", .bits = 8, .meaning = "the one kind of all MPTCP options", .must_be = kMptcpKind};
constexpr F kLength{.name = "Length", .bits = 8, .meaning = "bytes of the whole option"};
constexpr F kSubtype{.name = "Subtype", .bits = 4, .meaning = "0 is MP_CAPABLE", .must_be = 0};
constexpr F kVersion0{.name = "Version", .bits = 4, .meaning = "0", .must_be = 0};
constexpr F kVersion1{
    .name = "Version", .bits = 4, .meaning = "1: in a SYN the highest that the client speaks, then the one chosen", .must_be = 1};
constexpr F kOldVersion{
    .name = "Version", .bits = 8, .meaning = "the version of the protocol; four of the eight bits were in use"};
constexpr F kOpenVersion{
    .name = "Version, unused bits", .bits = F::kOpen, .meaning = "the version of the protocol and whatever fills the word"};
constexpr F kToken{
    .name = "Sender Token", .bits = 32, .meaning = "chosen by the sender: names the connection when more subflows come"};
constexpr F kIdsn{
    .name = "Initial Data Sequence Number", .bits = F::kOpen, .meaning = "where the sender's data sequence numbers begin"};
constexpr F kSenderKey{.name = "Sender's Key",
                       .bits = 64,
                       .meaning = "token and IDSN are hashed from it, MP_JOIN is signed with it",
                       .secret = true};
constexpr F kReceiverKey{
    .name = "Receiver's Key", .bits = 64, .meaning = "the other host's key, echoed by the client", .secret = true};
constexpr F kDraftC{.name = "C", .bits = 1, .meaning = "use the checksum of data sequence mappings"};
constexpr F kReserved6{.name = "(reserved)", .bits = 6, .meaning = "sent as 0", .must_be = 0};
constexpr F kDraftS{.name = "S", .bits = 1, .meaning = "SHA-1 makes token and IDSN out of the key"};
constexpr F kA{.name = "A", .bits = 1, .meaning = "checksum required"};
constexpr F kB{.name = "B", .bits = 1, .meaning = "for a later extension; sent as 0"};
constexpr F kCryptoC{.name = "C", .bits = 1, .meaning = "algorithm, not assigned"};
constexpr F kUnusedC{.name = "C", .bits = 1, .meaning = "algorithm, not assigned; sent as 0", .must_be = 0};
constexpr F kDenyC{.name = "C", .bits = 1, .meaning = "open no further subflow to my source address and port"};
constexpr F kD{.name = "D", .bits = 1, .meaning = "algorithm, not assigned"};
constexpr F kE{.name = "E", .bits = 1, .meaning = "algorithm, not assigned"};
constexpr F kFlagF{.name = "F", .bits = 1, .meaning = "algorithm, not assigned"};
constexpr F kG{.name = "G", .bits = 1, .meaning = "algorithm, not assigned"};
constexpr F kSha1H{.name = "H", .bits = 1, .meaning = "HMAC-SHA1"};
constexpr F kSha256H{.name = "H", .bits = 1, .meaning = "HMAC-SHA256"};
constexpr F kDataLength{
    .name = "Data-Level Length", .bits = 16, .meaning = "bytes that the implied mapping covers, from the first"};
constexpr F kChecksum{.name = "Checksum", .bits = 16, .meaning = "over the implied mapping, as in a DSS"};

// --- Forms ---
constexpr F kTokenOnly[] = {kOwnKind, kLength, kOldVersion, kToken};
constexpr F kTokenIdsn[] = {kOwnKind, kLength, kOldVersion, kToken, kIdsn};
constexpr F kOwnKindKey[] = {kOwnKind, kLength, kOpenVersion, kSenderKey};
constexpr F kOwnKindKeys[] = {kOwnKind, kLength, kOpenVersion, kSenderKey, kReceiverKey};
constexpr F kDraftKey[] = {kKind, kLength, kSubtype, kVersion0, kDraftC, kReserved6, kDraftS, kSenderKey};
constexpr F kDraftKeys[] = {kKind, kLength, kSubtype, kVersion0, kDraftC, kReserved6, kDraftS, kSenderKey, kReceiverKey};
constexpr F kV0Key[] = {kKind, kLength, kSubtype, kVersion0, kA, kB, kCryptoC, kD, kE, kFlagF, kG, kSha1H, kSenderKey};
constexpr F kV0Keys[] = {kKind, kLength, kSubtype, kVersion0, kA,     kB,         kCryptoC,
                         kD,    kE,      kFlagF,   kG,        kSha1H, kSenderKey, kReceiverKey};

constexpr F kBis05Syn[] = {kKind, kLength, kSubtype, kVersion1, kA, kB, kUnusedC, kD, kE, kFlagF, kG, kSha256H};
constexpr F kBis05Key[] = {kKind, kLength, kSubtype, kVersion1, kA, kB, kUnusedC, kD, kE, kFlagF, kG, kSha256H, kSenderKey};
constexpr F kBis05Keys[] = {kKind, kLength, kSubtype, kVersion1, kA,       kB,         kUnusedC,
                            kD,    kE,      kFlagF,   kG,        kSha256H, kSenderKey, kReceiverKey};
constexpr F kBis05Data[] = {kKind, kLength, kSubtype, kVersion1, kA,         kB,           kUnusedC,   kD,
                            kE,    kFlagF,  kG,       kSha256H,  kSenderKey, kReceiverKey, kDataLength};
constexpr F kBis05Sum[] = {kKind, kLength, kSubtype, kVersion1, kA,         kB,           kUnusedC,    kD,
                           kE,    kFlagF,  kG,       kSha256H,  kSenderKey, kReceiverKey, kDataLength, kChecksum};
constexpr F kV1Syn[] = {kKind, kLength, kSubtype, kVersion1, kA, kB, kDenyC, kD, kE, kFlagF, kG, kSha256H};
constexpr F kV1Key[] = {kKind, kLength, kSubtype, kVersion1, kA, kB, kDenyC, kD, kE, kFlagF, kG, kSha256H, kSenderKey};
constexpr F kV1Keys[] = {kKind, kLength, kSubtype, kVersion1, kA,       kB,         kDenyC,
                         kD,    kE,      kFlagF,   kG,        kSha256H, kSenderKey, kReceiverKey};
constexpr F kV1Data[] = {kKind, kLength, kSubtype, kVersion1, kA,         kB,           kDenyC,     kD,
                         kE,    kFlagF,  kG,       kSha256H,  kSenderKey, kReceiverKey, kDataLength};
constexpr F kV1Sum[] = {kKind, kLength, kSubtype, kVersion1, kA,         kB,           kDenyC,      kD,
                        kE,    kFlagF,  kG,       kSha256H,  kSenderKey, kReceiverKey, kDataLength, kChecksum};

constexpr std::uint8_t kSyn = Packets(HistoryPacket::kSyn);
constexpr std::uint8_t kSynAck = Packets(HistoryPacket::kSynAck);
constexpr std::uint8_t kAck = Packets(HistoryPacket::kAck);
constexpr std::uint8_t kData = Packets(HistoryPacket::kData);

constexpr HistoryForm kFord00[] = {{.packets = kHandshake, .fields = kTokenOnly}};
constexpr HistoryForm kFord03[] = {{.packets = kHandshake, .fields = kTokenIdsn, .open_min = 4, .open_max = 8}};
constexpr HistoryForm kIetf02[] = {{.packets = kHandshake, .fields = kOwnKindKey, .open_min = 1, .open_max = 2},
                                   {.packets = kAck, .fields = kOwnKindKeys, .open_min = 1, .open_max = 2}};
constexpr HistoryForm kIetf03[] = {{.packets = kHandshake, .fields = kDraftKey}, {.packets = kAck, .fields = kDraftKeys}};
constexpr HistoryForm kVersion0Forms[] = {{.packets = kHandshake, .fields = kV0Key}, {.packets = kAck, .fields = kV0Keys}};
constexpr HistoryForm kBis05[] = {{.packets = kSyn, .fields = kBis05Syn},
                                  {.packets = kSynAck, .fields = kBis05Key},
                                  {.packets = kAck, .fields = kBis05Keys},
                                  {.packets = kData, .fields = kBis05Data},
                                  {.packets = kData, .fields = kBis05Sum}};
constexpr HistoryForm kVersion1Forms[] = {{.packets = kSyn, .fields = kV1Syn},
                                          {.packets = kSynAck, .fields = kV1Key},
                                          {.packets = kAck, .fields = kV1Keys},
                                          {.packets = kData, .fields = kV1Data},
                                          {.packets = kData, .fields = kV1Sum}};

// --- Epochs ---
constexpr HistoryEpoch kHistory[] = {
    {.name = "draft-ford-00",
     .documents = "draft-ford-mptcp-multiaddressed-00",
     .date = "2009",
     .change = "The first form: a version and a token, under an option kind of its own, as every MPTCP option had one then.",
     .reason =
         "TCP knows a connection by two addresses and two ports. A Multipath TCP connection is a set of such four-tuples that "
         "grows and shrinks, and a NAT may rewrite any of them, so each host gives the connection a name that travels in the "
         "option: the token. The version was there from the start, because nobody expected the first one to be the last. "
         "Also from the start: a client whose SYNs with the option stay unanswered sends one without and is plain TCP.",
     .handshake = "SYN: token of the client. SYN/ACK: token of the server. Third ACK: nothing.",
     .unknown = "the length of 7 bytes and the 8 bits of the version, 4 in use: from recollection, not from the draft's text.",
     .forms = kFord00},
    {.name = "draft-ford-03",
     .documents = "draft-ford-mptcp-multiaddressed-03 (adopted as draft-ietf-mptcp-multiaddressed-00) to "
                  "draft-ietf-mptcp-multiaddressed-01",
     .date = "March 2010",
     .change = "The initial data sequence number follows the token.",
     .reason =
         "Before, data sequence numbers began at 0 in both directions. Whoever wants to inject data has to hit the receiver's "
         "window, and a number that everybody knows is easy to hit. TCP had learned that with its own initial sequence "
         "numbers; now each host draws its data sequence numbers at random too and says where they begin.",
     .handshake = "SYN: token and IDSN of the client. SYN/ACK: token and IDSN of the server. Third ACK: nothing.",
     .unknown = "the width of the IDSN; 4 to 8 bytes are accepted.",
     .forms = kFord03},
    {.name = "draft-ietf-02",
     .documents = "draft-ietf-mptcp-multiaddressed-02",
     .date = "October 2010",
     .change =
         "64-bit keys replace token and IDSN. Both are now computed: a hash of the key gives the token with its first bits and "
         "the IDSN with its last. The third ACK carries the option, with both keys.",
     .reason =
         "A token names a connection but proves nothing: who saw it could add a subflow. With keys exchanged once, every MP_JOIN "
         "can be signed. TCP has 40 bytes for all options, too few for key, token and IDSN together, so two of the three "
         "are derived from the third; the price is that a fresh key must be checked not to hash to a token in use. "
         "The keys in the third ACK let a server keep no state for a SYN (against SYN floods), and tell it that the "
         "client has really seen its answer and will speak MPTCP.",
     .handshake = "SYN: key of the client. SYN/ACK: key of the server. Third ACK: both keys.",
     .unknown = "the width of what stands between Length and the keys; 1 or 2 bytes are accepted. An account of this "
                "draft says that the SYN/ACK carries both keys, but draws the server's alone, as all later versions have it.",
     .forms = kIetf02},
    {.name = "draft-ietf-03",
     .documents = "draft-ietf-mptcp-multiaddressed-03 to -09",
     .date = "March 2011",
     .change = "One option kind for all of MPTCP, with a subtype; two flags, C (checksum) and S (SHA-1).",
     .reason = "With a kind for each option a middlebox could let one pass and remove another, and every such mixture would have "
               "needed "
               "an answer. With one kind it takes all or none, and none shows in the handshake already. C makes the checksum "
               "that detects rewritten payload a matter of negotiation; S leaves room for another hash.",
     .handshake = "SYN: key of the client. SYN/ACK: key of the server. Third ACK: both keys.",
     .unknown = "",
     .forms = kIetf03},
    {.name = "RFC 6824",
     .documents = "draft-ietf-mptcp-multiaddressed-10 to RFC 6824 (version 0) and draft-ietf-mptcp-rfc6824bis-00 to -04",
     .date = "RFC: January 2013",
     .change = "The flag byte gets names, A to H: checksum, extensibility, six bits for algorithms.",
     .reason = "Which bits were reserved and how a further algorithm would be chosen had been left open. A and H stand where C "
               "and S stood, "
               "so an option that sets no other flag reads the same in both. This is what phones shipped with in 2013.",
     .handshake = "SYN: key of the client. SYN/ACK: key of the server. Third ACK: both keys.",
     .unknown = "",
     .forms = kVersion0Forms},
    {.name = "rfc6824bis-05",
     .documents = "draft-ietf-mptcp-rfc6824bis-05 and -06",
     .date = "after the RFC; the day is not established",
     .change = "Version 1: the SYN shrinks to 4 bytes, the first data of the client carries keys and a mapping.",
     .reason =
         "A SYN is crowded, and 8 bytes of key there bought little: the server may forget them anyway. The key moves to the "
         "third ACK. "
         "But nothing retransmits a bare ACK, and without it the server would never learn the client's key, so the option "
         "is repeated on the first data, which is retransmitted; as there is no room for a DSS beside it, it has the length and "
         "the checksum of the mapping in it. If the server speaks first, a DSS of the client that acknowledges its data serves "
         "as well.",
     .handshake = "SYN: nothing but version and flags. SYN/ACK: key of the server. Third ACK: both keys. First data: both keys, "
                  "length, checksum.",
     .unknown =
         "which draft moved from SHA-1 to SHA-256, and which one raised the version number to 1; version 1 is assumed here.",
     .forms = kBis05},
    {.name = "RFC 8684",
     .documents = "draft-ietf-mptcp-rfc6824bis-07 to RFC 8684 (version 1)",
     .date = "RFC: March 2020",
     .change = "Flag C: no further subflow to this address and port.",
     .reason = "Behind a load balancer or an anycast address the first subflow reaches one server of many; a second subflow to "
               "the same "
               "address may reach another one, which knows nothing of the connection. With C the server asks for joins to an "
               "address of "
               "its own instead, which it announces with ADD_ADDR.",
     .handshake = "SYN: nothing but version and flags. SYN/ACK: key of the server. Third ACK: both keys. First data: both keys, "
                  "length, checksum.",
     .unknown = "",
     .forms = kVersion1Forms},
};

}  // namespace

std::span<const HistoryEpoch> MpCapableHistory() { return kHistory; }

}  // namespace mptcpp::wire
