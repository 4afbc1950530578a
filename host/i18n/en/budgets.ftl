# Budgets of remote systems: rows, pauses, requests of a day.
status-postponed = Postponed
host-upgrade-busy = the data are to be brought up to this version of the program, but process { $pid } does `{ $doing }` with them; wait for it or stop it
host-quota-used-up = the requests that `{ $upstream }` takes in a day are used up; next try not before { $until } ({ $zone })

help-upstreams = The remote systems: pauses, failures, what is left of quotas
help-upstreams-name = A name in exchange.toml; without it all

column-upstream = System
column-state = State
column-pace = Requests a second
column-parallel = At once
column-quota = Used today
upstream-ready = ready
upstream-paused = asked to wait until { $until }
upstream-open = does not answer; next try at { $until }
upstream-probe = did not answer; the next request tries whether it does again
upstream-used-up = today's requests are used up, new ones from { $until }
upstream-unlimited = no limit
upstream-per-school = { $pace }; { $rate } for a school
upstream-no-quota = no quota
upstream-quota = { $used } of { $of }
upstream-none = exchange.toml names no system.
upstream-about = `{ $upstream }`: { $state }
error-no-upstream = exchange.toml has no upstream `{ $upstream }`.
