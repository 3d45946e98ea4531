//! Users at start: from the lines of the configuration, or from the file that `aclfile` names.

use crate::start::Failure;
use crate::sys::os_text;
use russet_engine::Engine;
use russet_engine::acl::{UserLine, read_users};

/// Declares the users of this server. Commands of plugins are known by now.
///
/// # Errors
/// Whatever is wrong with one of them: the server would be open to others than its owner meant.
pub(crate) fn at_start(engine: &mut Engine, lines: &[UserLine]) -> Result<(), Failure> {
    let file = engine.core.params.aclfile();
    if file.is_empty() {
        return declare(engine, lines);
    }
    if !lines.is_empty() {
        let both = "Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is \
                    invalid. This setup is very likely to lead to configuration errors and security holes, please \
                    define either an ACL file or declare users directly in your redis.conf, but not both.";
        return Err(both.into());
    }
    let (path, place) = (file.as_path().to_owned(), file.to_str_lossy().into_owned());
    let text = std::fs::read(path).map_err(|error| {
        let error = os_text(&error);
        format!("Aborting Redis startup because of ACL errors: Error loading ACLs, opening file '{place}': {error}")
    })?;
    let users = read_users(&text, &place, &engine.registry, engine.core.params.acl_pubsub_default());
    let users = users.map_err(|error| {
        let errors = String::from_utf8_lossy(&error.0).into_owned();
        format!("Aborting Redis startup because of ACL errors: {errors}")
    })?;
    engine.core.set_users(users);
    Ok(())
}

/// Declares the users of the configuration.
fn declare(engine: &mut Engine, lines: &[UserLine]) -> Result<(), Failure> {
    for line in lines {
        let name = String::from_utf8_lossy(line.name()).into_owned();
        let user = line.user(&engine.registry, engine.core.params.acl_pubsub_default());
        let user = user.map_err(|(rule, reason)| {
            let rule = String::from_utf8_lossy(&rule).into_owned();
            format!(
                "Error loading ACL rule '{rule}' for the user named '{name}': {reason}\n\
                 Critical error while loading ACLs. Exiting."
            )
        })?;
        if !user.is_enabled() {
            tracing::info!(
                "The user '{name}' is disabled (there is no 'on' modifier in the user description). Make sure this is \
                 not a configuration error."
            );
        }
        engine.core.set_user(user);
    }
    Ok(())
}
