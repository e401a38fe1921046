/**
 * A Prosody module of a few lines, ours and not mod_admin_rest, which Debian's Prosody cannot run: Basic credentials
 * against the account store at every request, then the look-up and the JSON. Less is not possible with Prosody's own
 * HTTP server, so its numbers are what any such module could reach at best. It also makes the accounts.
 */
export function prosodyModule(accounts: number, password: string): string {
  return `module:depends("http")
local usermanager = require "core.usermanager"
local jid_split = require "util.jid".split
local base64 = require "util.encodings".base64
local json = require "util.json"
local host = module.host
local sessions = prosody.hosts[host]

local function administrator(request)
	local given = base64.decode((request.headers.authorization or ""):match("%S+$") or "")
	local jid, password = (given or ""):match("^([^:]+):(.*)$")
	local user, of = jid_split(jid)
	return user == "admin" and of == host and usermanager.test_password(user, of, password)
end

local function answer(event, result)
	event.response.headers.content_type = "application/json"
	return json.encode({ result = result })
end

local function guarded(act)
	return function (event, path)
		if not administrator(event.request) then return 401 end
		return act(event, path)
	end
end

module:provides("http", { route = {
	["GET /users/count"] = guarded(function (event)
		local count = 0
		for _ in pairs(sessions.sessions or {}) do count = count + 1 end
		return answer(event, { count = count })
	end),
	["GET /user/*"] = guarded(function (event, name)
		if not usermanager.user_exists(name, host) then return 404 end
		local list = {}
		local found = sessions.sessions and sessions.sessions[name]
		for resource, session in pairs(found and found.sessions or {}) do
			list[#list + 1] = { resource = resource, secure = session.secure or false, id = session.id }
		end
		return answer(event, { user = { connected = #list > 0, sessions = list, roster = {} } })
	end),
} })

module:add_timer(0, function ()
	for index = 0, ${accounts - 1} do usermanager.create_user("user" .. index, ${JSON.stringify(password)}, host) end
	usermanager.create_user("admin", ${JSON.stringify(password)}, host)
end)
`
}
