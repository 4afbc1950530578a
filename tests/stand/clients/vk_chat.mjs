// Drives VK's stand-in with other people's library and prints what it understood.
//
// usage: node vk_chat.mjs BASE COMMUNITY_TOKEN COMMUNITY PERSON STRANGER
//
// BASE is the address of the stand-in. PERSON can be put into chats, STRANGER has not let the community write to them.

import http from 'node:http';
import { APIError, VK } from 'vk-io';

const [base, token, community, person, stranger] = process.argv.slice(2);
const options = { token, apiBaseUrl: `${base}/method`, agent: new http.Agent(), apiLimit: 20, apiRetryLimit: 0 };
const one = new VK(options).api;
// Several calls at once become one `execute`.
const many = new VK({ ...options, apiMode: 'parallel', apiExecuteMethods: ['messages.send', 'messages.editChat'] }).api;

/** The class and the code of the library's own refusal. */
async function refusal(call) {
  try {
    await call;
  } catch (error) {
    if (error instanceof APIError) return `${error.constructor.name} ${error.code}`;
    throw error;
  }
  return 'no refusal';
}

const said = ({ from_id, text, random_id, conversation_message_id, action }) =>
  ({ from_id, text, random_id, conversation_message_id, action: action?.type });

const school = (await one.groups.getById({ group_id: community })).groups[0];
const created = await one.messages.createChat({ title: 'Алгебра · 5-А', user_ids: [person, stranger], group_id: community });
const peer_id = 2_000_000_000 + created.chat_id;
const { link } = await one.messages.getInviteLink({ peer_id, group_id: community });
const members = await one.messages.getConversationMembers({ peer_id, extended: true });
const sent = await one.messages.send({ peer_ids: peer_id, message: 'Урок в 10:00', random_id: 77 });
const again = await one.messages.send({ peer_ids: peer_id, message: 'Урок в 10:00', random_id: 77 });
const at_once = await Promise.all([
  many.messages.send({ peer_id, message: 'Раз, «два»; {три}', random_id: 78 }),
  refusal(many.messages.send({ peer_id: stranger, message: 'лично', random_id: 79 })),
  many.messages.editChat({ chat_id: created.chat_id, title: 'Алгебра · 5-Б' }),
]);
const history = await one.messages.getHistory({ peer_id, count: 10 });
const conversation = (await one.messages.getConversationsById({ peer_ids: peer_id })).items[0];

console.log(JSON.stringify({
  community: school.name,
  created,
  link: /^https:\/\/vk\.me\/join\/.+/.test(link),
  members: members.items.map(({ member_id, is_admin }) => [member_id, Boolean(is_admin)]),
  profiles: members.profiles.map(({ first_name, last_name }) => `${first_name} ${last_name}`),
  sent,
  again,
  at_once,
  history: history.items.map(said),
  title: conversation.chat_settings.title,
  refusals: {
    'call of a community': await refusal(one.calls.start({ group_id: community })),
    'no such chat': await refusal(one.messages.editChat({ chat_id: 99, title: 'х' })),
    'not let to write': await refusal(one.messages.send({ peer_id: stranger, message: 'х', random_id: 0 })),
    'wrong token': await refusal(new VK({ ...options, token: 'none' }).api.groups.getById({})),
  },
}, undefined, 2));
