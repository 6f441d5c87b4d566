// What a caller may be.
#ifndef COFILTER_SERVICE_IDENTITY_ROLE_H_
#define COFILTER_SERVICE_IDENTITY_ROLE_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace cofilter::service {

enum class Role : std::uint8_t {
  kMember,    // a person who reads and learns: only what is their own
  kBackend,   // the organisation's app, on behalf of its members
  kEditor,    // writes rules
  kApprover,  // lets rules into force
  kAuditor,   // looks at what was done, changes nothing
  kOperator,  // runs the server
};
inline constexpr std::array<Role, 6> kAllRoles = {Role::kMember,   Role::kBackend, Role::kEditor,
                                                  Role::kApprover, Role::kAuditor, Role::kOperator};

// As tokens and configurations write it: "member".
constexpr std::string_view RoleName(Role role) {
  constexpr std::array<std::string_view, 6> kNames = {"member",   "backend", "editor",
                                                      "approver", "auditor", "operator"};
  return kNames[static_cast<std::size_t>(role)];
}

constexpr std::optional<Role> RoleFromName(std::string_view name) {
  for (const Role role : kAllRoles) {
    if (RoleName(role) == name) return role;
  }
  return std::nullopt;
}

// A small set; copies like a number.
class RoleSet {
 public:
  constexpr RoleSet() = default;
  constexpr RoleSet(std::initializer_list<Role> roles) {
    for (const Role role : roles) Add(role);
  }
  static constexpr RoleSet All() {
    RoleSet all;
    for (const Role role : kAllRoles) all.Add(role);
    return all;
  }

  constexpr void Add(Role role) { bits_ = static_cast<std::uint8_t>(bits_ | Bit(role)); }
  constexpr bool Has(Role role) const { return (bits_ & Bit(role)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  // Nothing but these.
  constexpr bool Within(RoleSet others) const { return (bits_ & ~others.bits_) == 0; }
  constexpr RoleSet operator&(RoleSet other) const {
    RoleSet both;
    both.bits_ = bits_ & other.bits_;
    return both;
  }
  constexpr bool operator==(const RoleSet&) const = default;

  // "editor, approver"; "none" for the empty set.
  std::string ToText() const {
    std::string text;
    for (const Role role : kAllRoles) {
      if (!Has(role)) continue;
      if (!text.empty()) text += ", ";
      text += RoleName(role);
    }
    return text.empty() ? "none" : text;
  }

 private:
  static constexpr std::uint8_t Bit(Role role) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(role));
  }
  std::uint8_t bits_ = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_ROLE_H_
