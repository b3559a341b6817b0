//! The section `[instance]` of a scenario.

use core::time::Duration;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::set;
use crate::{
    AccessTokenFormat, InstanceOptions, RateLimit, RefreshTokens, Reissue, command::Command,
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InstanceSetting {
    token_lifetime_secs: Option<u64>,
    refresh_token_lifetime_secs: Option<u64>,
    access_token_jwt_len: Option<usize>,
    reissue: Option<Reissue>,
    refresh_tokens: Option<RefreshTokens>,
    client_credentials_enabled: Option<bool>,
    basic_client_authentication: Option<bool>,
    clock_skew_secs: Option<u64>,
    jti_checked: Option<bool>,
    token_url_as_audience: Option<bool>,
    #[serde(default)]
    required_claims: BTreeMap<String, String>,
    revocation_at_short_path: Option<bool>,
    rate_limit: Option<RateLimitSetting>,
    token_rate_limit: Option<RateLimitSetting>,
    #[serde(default)]
    hibernating: bool,
    clock_offset_secs: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RateLimitSetting {
    requests: u32,
    per_secs: Option<u64>,
}

impl From<RateLimitSetting> for RateLimit {
    fn from(setting: RateLimitSetting) -> Self {
        Self {
            requests: setting.requests,
            per: Duration::from_secs(setting.per_secs.unwrap_or(3600)),
        }
    }
}

impl InstanceSetting {
    pub(super) fn apply(self, options: &mut InstanceOptions, at_start: &mut impl FnMut(Command)) {
        let secs = |secs: Option<u64>| secs.map(Duration::from_secs);
        set(&mut options.token_lifetime, secs(self.token_lifetime_secs));
        set(
            &mut options.refresh_token_lifetime,
            secs(self.refresh_token_lifetime_secs),
        );
        let format = self.access_token_jwt_len;
        let format = format.map(|min_len| AccessTokenFormat::Jwt { min_len });
        set(&mut options.access_token_format, format);
        set(&mut options.reissue, self.reissue);
        set(&mut options.refresh_tokens, self.refresh_tokens);
        set(
            &mut options.client_credentials_enabled,
            self.client_credentials_enabled,
        );
        set(
            &mut options.basic_client_authentication,
            self.basic_client_authentication,
        );
        let rules = &mut options.assertions;
        set(&mut rules.clock_skew, secs(self.clock_skew_secs));
        set(&mut rules.jti_checked, self.jti_checked);
        set(&mut rules.token_url_as_audience, self.token_url_as_audience);
        rules.required_claims = self.required_claims.into_iter().collect();
        set(
            &mut options.revocation_at_short_path,
            self.revocation_at_short_path,
        );
        options.rate_limit = self.rate_limit.map(Into::into);
        options.token_rate_limit = self.token_rate_limit.map(Into::into);
        if self.hibernating {
            at_start(Command::Hibernate {});
        }
        if let Some(offset_secs) = self.clock_offset_secs {
            at_start(Command::Clock { offset_secs });
        }
    }
}
