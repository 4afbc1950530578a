# Хранение, резервные копии, диагностика.

column-school = Школа
column-kept = Данные
column-rows = Строк
column-part = Файл
column-size = Размер

kept-requests = журнал запросов
kept-log = журналы коннекторов
kept-outcomes = итоги по записям
kept-before = записи до изменения
kept-writes = отвеченные отправки
kept-tally = счётчики порогов
kept-approvals = разрешения на планы
kept-dialogues = истёкшие диалоги
kept-runs = запуски
kept-notifications = уведомления
keep-nothing = Удалять нечего: всё хранится меньше положенного срока.
keep-would-go = Это будет удалено. Ничего не тронуто: убрать сейчас — exchange keep
keep-gone = Удалено. Место в файлах займут новые данные.
keep-busy = Со школой { $school } сейчас работают: остальное будет удалено в другой раз

run-dropped = Подробности удалены { $at }: срок их хранения истёк (раздел [keep] в exchange.toml)
run-quiet = С прошлого раза ничего не изменилось: запросов не понадобилось.
run-quiet-waiting = С прошлого раза ничего не изменилось: запросов не понадобилось. Кого ждём, смотрели недавно; посмотреть сейчас: --classes или --persons.
run-requests = Запросов к порталу: читающих { $read }, записывающих { $written }

backup-exists = { $file } уже существует: назовите новую папку или новый файл .zip
backup-no-school = у школы { $school } нет данных: сохранять нечего
backup-left-out = школа { $school } в копию не вошла
backup-made = Копия готова и проверена восстановлением: { $file } ({ $schools ->
    [one] { $schools } школа
    [few] { $schools } школы
   *[other] { $schools } школ
  }, { $size })
backup-key-file = Ключа в копии нет, а без него она бесполезна. Сохраните отдельно и в надёжном месте: { $file }
backup-key-elsewhere = Ключа в копии нет, а без него она бесполезна. Сохраните отдельно то, откуда он берётся: { $where }
backup-damaged = копия { $file } повреждена
backup-newer = копию { $file } сделала более новая версия программы
backup-other-key = копия зашифрована другим ключом: положите на место ключ, с которым её делали
backup-not-whole = в копии только отдельные школы: восстановить всё из неё нельзя
backup-without = школы { $school } в копии нет
backup-others = в копии нет школ, которые есть здесь: { $names }. Восстановите школы по одной или начните с пустой папки данных
backup-busy = уже идёт другое восстановление

restore-would = Копия от { $made } (программа { $program }) заменит нынешние данные: { $schools ->
    [one] { $schools } школа
    [few] { $schools } школы
   *[other] { $schools } школ
  }
restore-how = Ничего не изменено. Восстановить: та же команда с --yes
restore-done = Восстановлено из копии от { $made }: { $schools ->
    [one] { $schools } школа
    [few] { $schools } школы
   *[other] { $schools } школ
  }
restore-next =
    Что дальше:
      1. exchange import ШКОЛА …    загрузите сегодняшние данные: в копии они старые
      2. exchange run ШКОЛА/ЗАДАЧА  первая отправка проверит, что уже есть на той стороне; о том, чего не
                                    проверить, программа спросит (exchange decide)
      3. exchange restore --end ШКОЛА  когда вопросов не осталось
restore-no-key = нет файла ключа { $file }: положите на место ключ, с которым делали копию. Новый её не откроет
restore-not = Школу { $school } не восстанавливали, или это уже завершено.
restore-early = после восстановления школы { $school } ещё не было полной отправки: неизвестно, что уже передано
restore-open = остались вопросы о том, что дошло ({ $count }): сначала ответьте на них
restore-ended = Восстановление школы { $school } завершено: чего программа не знает, то считается неотправленным.

host-hold-restored = школа восстановлена из копии, а данные с тех пор не загружали: изменений по старым данным — { $count }
host-cause-restored = данные в копии могут быть старее того, что уже передано: загрузите сегодняшние или разрешите этот план

decide-arrived = Вопрос № { $number } ({ $task }): { $name }, { $group } — неизвестно, дошло ли это раньше, и проверить нельзя. Дошло?
decide-arrived-how =     Ответить: exchange decide { $task } { $number } --sent (дошло) | --not-sent (отправить) | --skip

doctor-sum = Неисправностей: { $problems }, замечаний: { $warnings }
doctor-run = { $command }
doctor-key-good = ключ на месте и закрыт от других
doctor-key-missing = файла ключа нет: при первом запуске появится новый, и зашифрованное прежним не откроется
doctor-key-missing-cure = если данные уже есть, верните прежний ключ; если это новая установка, ничего делать не нужно
doctor-key-open = файл ключа могут читать другие пользователи
doctor-key-inside = ключ лежит в папке данных: копия папки выдаст и то, что он закрывает
doctor-key-inside-cure = перенесите ключ в другую папку и укажите её в [key] file
doctor-key-cure = проверьте раздел [key] в exchange.toml
doctor-no-data = папки данных ещё нет
doctor-no-data-cure = она появится при первой загрузке; если данные уже были, проверьте data в exchange.toml
doctor-data-open = папку с данными детей могут открыть посторонние пользователи компьютера
doctor-data-closed = папка закрыта от посторонних
doctor-not-writable = сюда нельзя записать: { $cause }
doctor-not-writable-cure = дайте право записи учётной записи, от имени которой работает программа, или освободите место
doctor-room = свободно только { $free }
doctor-room-good = места хватает
doctor-room-cure = освободите место или перенесите папку данных; сколько можно удалить, скажет exchange keep --dry-run
doctor-leftover = осталось от прерванной работы и больше не нужно
doctor-leftover-cure = посмотрите и удалите: { $file }
doctor-schools-cure = проверьте schools в exchange.toml
doctor-no-schools = нет ни одной школы
doctor-no-schools-cure = создайте файл школы в этой папке
doctor-settings-cure = исправьте файл: до этого задачи школы не выполняются
doctor-connector-good = коннектор тот же, что был закреплён
doctor-connector-cure = установите коннектор и закрепите его: exchange connector lock
doctor-never = расписание { $schedule } не наступит никогда
doctor-never-cure = исправьте schedule задачи или calendar школы { $school }; когда задачи запустятся, покажет exchange next
doctor-restoring = восстановление прервалось на середине
doctor-restoring-cure = повторите любую команду, например exchange status: она доведёт восстановление до конца
doctor-audit-good = журнал действий цел
doctor-audit-cure = журнал действий изменили в обход программы: сохраните файл и выясните, кто это сделал
doctor-undelivered-cure = посмотрите, кому и почему: exchange notifications --undelivered; проверьте связь: exchange notify test ШКОЛА
doctor-unsent = готовые сообщения не отправляются уже { $hours } ч: их никто не рассылает
doctor-unsent-cure = запустите exchange serve или exchange notify send (например, из cron)
doctor-data-cure = проверьте права на папку данных и диск
doctor-no-settings = данные есть, а файла школы в папке { $dir } нет
doctor-no-settings-cure = верните файл школы; если школы больше нет, её данные можно стереть
doctor-lane = процесс { $pid } занимает школу уже { $hours } ч: «{ $doing }»
doctor-lane-cure = посмотрите, жив ли он: ps { $pid }. Если он завис, завершите его: школа освободится сразу
doctor-restored = школа восстановлена из копии, и сверка не завершена
doctor-restored-cure = загрузите данные, отправьте, ответьте на вопросы, затем: exchange restore --end { $school }
doctor-wal = журнал записи вырос до { $size }: его давно не сливали с файлом
doctor-wal-cure = кто-то долго держит файл открытым; перезапустите exchange serve, и журнал сольётся
doctor-database-good = файл исправен
doctor-database-cure = восстановите из резервной копии: exchange restore
doctor-reachable = отвечает
doctor-unreachable-cure = проверьте адрес, сеть, прокси и сертификаты ([upstream] в exchange.toml)
doctor-reserve-unreachable = запасной адрес не отвечает
doctor-clock = часы этого компьютера расходятся с часами портала на { $seconds } с
doctor-clock-cure = включите синхронизацию времени: timedatectl set-ntp true
doctor-expired = сертификат истёк { $day }
doctor-expires = сертификат истекает { $day }, осталось дней: { $days }
doctor-certificate-good = сертификат ещё долго действителен
doctor-certificate-cure = сертификат портала меняет его владелец; сертификат из файла ca замените сами
doctor-ca-empty = в файле нет сертификатов
doctor-ca-cure = положите в файл сертификаты удостоверяющего центра в виде PEM

bundle-holds = В архиве будет (дословно — с --show):
bundle-written = Записано: { $file }. Имён, СНИЛС и секретов в нём нет; посмотрите сами и передайте тому, кто помогает.
