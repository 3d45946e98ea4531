//! ACL: users and what they may do. One file of this folder for each subcommand; the rules themselves are
//! [`russet_engine::acl`]'s.

automod::dir!("src/server/acl");

use russet_engine::prelude::*;

command! {
    name: "ACL", group: Server, since: "6.0.0", complexity: "Depends on subcommand.",
    summary: "A container for Access List Control commands.",
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use russet_engine::session::Closing;

    #[test]
    fn commands_keys_and_channels_belong_together() {
        let mut shell = conversation! {
            "ACL SETUSER a on nopass +get +publish ~a* &c* (+set ~b* %R~r*) (+@list %W~l) => +OK"
            "AUTH a x => +OK"
            "ACL WHOAMI => -NOPERM User a has no permissions to run the 'acl|whoami' command"
            "GET a1 => $-1"
            "GET b1 => -NOPERM No permissions to access a key"
            "SET a1 1 => -NOPERM No permissions to access a key"
            "SET b1 1 => +OK"
            "SET b1 1 GET => $1 1"
            "SET r1 1 => -NOPERM No permissions to access a key"
            "RPUSH l 1 => :1"
            "LRANGE l 0 -1 => -NOPERM No permissions to access a key"
            "PUBLISH c1 x => :0"
            "PUBLISH d x => -NOPERM No permissions to access a channel"
            "SUBSCRIBE c1 => -NOPERM User a has no permissions to run the 'subscribe' command"
            "QUIT => +OK"
        };
        shell.another();
        let listed = shell.run("ACL LIST");
        for line in [
            "user a on nopass sanitize-payload ~a* resetchannels &c* -@all +get +publish (~b* %R~r* resetchannels -@all \
             +set) (%W~l resetchannels -@all +@list) ",
            "user default on nopass sanitize-payload ~* &* +@all",
        ] {
            assert!(listed.contains(line), "{line} in {listed}");
        }
    }

    #[test]
    fn rules_are_taken_all_or_none() {
        conversation! {
            "ACL SETUSER a +get +nosuch => -ERR Error in ACL SETUSER modifier '+nosuch': Unknown command or category name in ACL"
            "ACL USERS => *1 $7 default"
            "ACL SETUSER a (+get => -ERR Unmatched parenthesis in acl selector starting at '(+get'."
            "ACL SETUSER a ~* ~a => -ERR Error in ACL SETUSER modifier '~a': Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns"
            "ACL SETUSER a +config|get|x => -ERR Error in ACL SETUSER modifier '+config|get|x': Allowing first-arg of a subcommand is not supported"
            "ACL SETUSER a <x => -ERR Error in ACL SETUSER modifier '<x': The password you are trying to remove from the user does not exist"
            "ACL DELUSER default => -ERR The 'default' user cannot be removed"
            "ACL DRYRUN none get a => -ERR User 'none' not found"
            "ACL DRYRUN default nosuch a => -ERR Command 'nosuch' not found"
            "ACL DRYRUN default get => -ERR wrong number of arguments for 'get' command"
            "ACL DRYRUN default get a => +OK"
        };
    }

    #[test]
    fn subcommands_and_first_arguments() {
        conversation! {
            "ACL SETUSER a on nopass +config|get +select|1 +select|2 +client -client|list => +OK"
            "ACL DRYRUN a CONFIG GET x => +OK"
            "ACL DRYRUN a CONFIG SET x y => $57 User a has no permissions to run the 'config|set' command"
            "ACL DRYRUN a SELECT 2 => +OK"
            "ACL DRYRUN a SELECT 3 => $53 User a has no permissions to run the 'select' command"
            "ACL DRYRUN a CLIENT ID => +OK"
            "ACL DRYRUN a CLIENT LIST => $58 User a has no permissions to run the 'client|list' command"
            "ACL SETUSER a -select => +OK"
            "ACL DRYRUN a SELECT 2 => $53 User a has no permissions to run the 'select' command"
        };
    }

    #[test]
    fn what_changes_is_in_force_at_once() {
        let mut shell = conversation! {
            "ACL SETUSER a on >secret +@all ~* &* => +OK"
        };
        let admin = shell.another();
        assert_eq!(shell.run("AUTH a secret"), "+OK");
        assert_eq!(shell.run("SET x 1"), "+OK");
        assert_eq!(shell.run("MULTI"), "+OK");
        assert_eq!(shell.run("SET x 2"), "+QUEUED");
        assert_eq!(shell.run("GET x"), "+QUEUED");
        let client = shell.switch(admin);
        assert_eq!(shell.run("ACL SETUSER a -set"), "+OK");
        shell.switch(client);
        let answer = shell.run("EXEC");
        assert!(answer.starts_with("*2 -NOPERM ACLs rules changed between the moment"), "{answer}");
        assert!(answer.ends_with("no permission to execute the command or subcommand $1 1"), "{answer}");
        shell.switch(admin);
        assert_eq!(shell.run("ACL DELUSER a b"), ":1");
        let closing = shell.engine.core.clients.get(client).and_then(|client| client.session.closing);
        assert_eq!(closing, Some(Closing::Now));
    }

    #[test]
    fn who_loses_its_channels_is_ended() {
        for (rules, ends) in [("resetchannels &a*", false), ("resetchannels &b", true), ("-@all", false)] {
            let mut shell = conversation! { "ACL SETUSER a on nopass +@all &* => +OK" };
            let admin = shell.another();
            shell.run("AUTH a x");
            shell.run("SUBSCRIBE ab");
            let client = shell.switch(admin);
            assert_eq!(shell.run(&format!("ACL SETUSER a {rules}")), "+OK");
            let closing = shell.engine.core.clients.get(client).and_then(|client| client.session.closing);
            assert_eq!(closing.is_some(), ends, "{rules}");
        }
    }

    #[test]
    fn refusals_are_logged() {
        let mut shell = conversation! {
            "ACL SETUSER a on >p +get +multi ~k => +OK"
            "AUTH a wrong => -WRONGPASS invalid username-password pair or user is disabled."
            "AUTH a p => +OK"
            "GET other => -NOPERM No permissions to access a key"
            "GET other => -NOPERM No permissions to access a key"
            "MULTI => +OK"
            "SET k 1 => -NOPERM User a has no permissions to run the 'set' command"
        };
        shell.another();
        let log = shell.run("ACL LOG");
        let order = ["*3 *20 $5 count :1 $6 reason $7 command $7 context $5 multi $6 object $3 set",
            "*20 $5 count :2 $6 reason $3 key $7 context $8 toplevel $6 object $5 other",
            "*20 $5 count :1 $6 reason $4 auth $7 context $8 toplevel $6 object $4 AUTH $8 username $1 a"];
        let places: Vec<_> = order.iter().map(|part| log.find(part).unwrap_or_else(|| panic!("{part} in {log}"))).collect();
        assert!(places.is_sorted(), "{log}");
        assert!(log.contains(" cmd=set user=a "), "{log}");
        let info = shell.run("INFO stats");
        for field in ["acl_access_denied_auth:1", "acl_access_denied_cmd:1", "acl_access_denied_key:2"] {
            assert!(info.contains(field), "{field}");
        }
        assert_eq!(shell.run("ACL LOG RESET"), "+OK");
        assert_eq!(shell.run("ACL LOG"), "*0");
    }

    #[test]
    fn keys_made_from_data_need_all_keys() {
        conversation! {
            "ACL SETUSER a on nopass +@all %R~* (~l +@all) => +OK"
            "ACL SETUSER b on nopass +@all ~l ~w* => +OK"
            "RPUSH l 1 => :1"
            "AUTH b x => +OK"
            "SORT l BY w* => -ERR BY option of SORT denied due to insufficient ACL permissions."
            "SORT l GET w* => -ERR GET option of SORT denied due to insufficient ACL permissions."
            "SORT l BY same => *1 $1 1"
            "AUTH a x => +OK"
            "SORT l BY w* GET # => *1 $1 1"
            "SORT l BY w* STORE l => -ERR BY option of SORT denied due to insufficient ACL permissions."
            "SORT_RO l BY w* => *1 $1 1"
        };
    }

    #[test]
    fn the_password_of_the_default_user() {
        let mut shell = Shell::new();
        shell.set("requirepass", "sesame");
        assert!(shell.run("ACL GETUSER default").starts_with("*12 $5 flags *2 $2 on $16 sanitize-payload $9 passwords *1 $64"));
        shell.set("requirepass", "");
        assert!(shell.run("ACL GETUSER default").starts_with("*12 $5 flags *3 $2 on $6 nopass"));
        shell.run("ACL SETUSER default >other");
        shell.another();
        assert_eq!(shell.run("PING"), "-NOAUTH Authentication required.");
        assert_eq!(shell.run("AUTH other"), "+OK");
        shell.run("ACL SETUSER default off");
        shell.another();
        assert!(shell.run("AUTH other").starts_with("-WRONGPASS"));
    }

    #[test]
    fn passwords_are_as_long_as_asked_for() {
        let mut shell = Shell::new();
        assert!(shell.run("ACL GENPASS").starts_with("$64 "));
        assert!(shell.run("ACL GENPASS 5").starts_with("$2 "));
        assert_ne!(shell.run("ACL GENPASS"), shell.run("ACL GENPASS"));
        assert!(shell.run("ACL GENPASS 4097").starts_with("-ERR ACL GENPASS argument must be"));
    }
}
